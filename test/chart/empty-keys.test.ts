import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { HELMS } from '../../rig/release/helm.ts'
import { UmbrellaChart } from '../support/umbrella-chart.ts'
import { CHART_VALUES } from './chart-files.ts'
import { render } from './render.ts'

/** Values that a parent may write as a key without a value, as it does where it leaves the choice to its own users. */
const EMPTY = [
  'enabled',
  'global',
  ...CHART_VALUES.filter(({ default: value }) => isEmpty(value)).map(({ name }) => name),
]

/** Each switches on what reads some of the empty values. */
const CASES = [
  {},
  { 'redis.existingSecret.name': 's' },
  { 'redis.url': 'rediss://redis', 'redis.caSecret.name': 's' },
  { 'telemetry.traces.endpoint': 'http://otel:4318', 'telemetry.metrics.push': true },
  { 'telemetry.metrics.push': true, 'telemetry.metrics.endpoint': 'http://otel:4318' },
  { 'telemetry.podMonitor.enabled': true, 'telemetry.dashboard.enabled': true },
  { 'networkPolicy.enabled': true, 'telemetry.rules.enabled': true },
  { 'exposure.host': 'events.example', 'telemetry.scrapeAnnotations': true },
  { 'exposure.preset': 'none', 'controller.enabled': false },
]

describe.each(HELMS)('$name', (helm) => {
  test.each(CASES)('empty keys change nothing: %j', async (values) => {
    const empty = EMPTY.filter((name) => !Object.hasOwn(values, name))
    const nulls = Object.fromEntries(empty.map((name) => [name, null]))

    const { objects } = await render(helm, { ...nulls, ...values })

    expect(objects).toEqual((await render(helm, values)).objects)
  })

  test.each(CASES)('nor do those in the values of a parent: %j', async (values) => {
    await using umbrella = await UmbrellaChart.create(helm, { condition: 'runnel.enabled' })
    const tree: Tree = {}
    for (const name of EMPTY) {
      if (!Object.hasOwn(values, name)) put(tree, ['runnel', ...name.split('.')])
    }
    // JSON is YAML, too.
    await writeFile(join(umbrella.path, 'values.yaml'), JSON.stringify(tree))
    const given = Object.entries(values).map(([name, value]) => [`runnel.${name}`, value] as const)

    const { objects } = await render(helm, Object.fromEntries(given), { chart: umbrella.path })

    expect(objects).toEqual((await render(helm, values)).objects)
  })
})

interface Tree {
  [key: string]: Tree | null
}

function put(tree: Tree, [key, ...rest]: readonly string[]): void {
  if (rest.length === 0) tree[key!] = null
  else put((tree[key!] ??= {}), rest)
}

function isEmpty(value: unknown): boolean {
  const isEmptyGroup = value instanceof Object && Object.keys(value).length === 0
  return value === '' || value === null || isEmptyGroup
}
