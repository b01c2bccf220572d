import { readdirSync } from 'node:fs'
import { parse } from 'yaml'
import { readChartFile } from './chart-files.ts'
import { CHART } from '../../rig/release/helm.ts'

/** A rule of Prometheus, which records a series or raises an alert. */
export interface PrometheusRule {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly for?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

export interface RuleGroup {
  readonly name: string
  readonly rules: readonly PrometheusRule[]
}

/** From the folder of the chart. */
export const RULE_FILES = readdirSync(`${CHART}/rules`).map((name) => `rules/${name}`)

export const RULES = RULE_FILES.flatMap((path) =>
  groupsOf(readChartFile(path)).flatMap(({ rules }) => rules),
)

export const ALERTS = RULES.filter(
  (rule): rule is PrometheusRule & { readonly alert: string } => rule.alert !== undefined,
)

function groupsOf(text: string): readonly RuleGroup[] {
  return (parse(text) as { groups: readonly RuleGroup[] }).groups
}
