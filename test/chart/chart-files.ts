import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { CHART } from '../../rig/release/helm.ts'

/** The part of JSON Schema that the chart's schema uses. */
export interface Schema {
  readonly type?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: unknown
  readonly definitions?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

/** A value of the chart. */
export interface ChartValue {
  /** Such as `exposure.tls.secretName`. */
  readonly name: string
  readonly default: unknown
}

/** Objects that Kubernetes gets unchanged: their fields are no values of the chart. */
const WHOLE = new Set([
  'resources',
  'controller.resources',
  'tests.resources',
  'affinity',
  'global',
])

export const SCHEMA = JSON.parse(readChartFile('values.schema.json')) as Schema

export const CHART_VALUES: readonly ChartValue[] = flatten(parse(readChartFile('values.yaml')))

export function readChartFile(name: string): string {
  return readFileSync(`${CHART}/${name}`, 'utf8')
}

/** The schema of each value, by its dotted name. */
export function schemasOf({ properties = {} }: Schema, prefix = ''): Map<string, Schema> {
  return new Map(
    Object.entries(properties).flatMap(([key, child]) => {
      const name = prefix + key
      const isGroup = child.properties !== undefined && !WHOLE.has(name)
      return isGroup ? [...schemasOf(child, `${name}.`)] : [[name, child] as const]
    }),
  )
}

function flatten(values: unknown, prefix = ''): ChartValue[] {
  return Object.entries(values as object).flatMap(([key, value]: [string, unknown]) => {
    const name = prefix + key
    const isGroup = isFilled(value) && !WHOLE.has(name)
    return isGroup ? flatten(value, `${name}.`) : [{ name, default: value }]
  })
}

function isFilled(value: unknown): boolean {
  return value instanceof Object && Object.keys(value).length > 0
}
