import { describe, expect, test } from 'vitest'
import { HELMS } from '../../rig/release/helm.ts'
import { UmbrellaChart } from '../support/umbrella-chart.ts'
import { render } from './render.ts'

const CONDITION = 'runnel.enabled'

/** The rules and the dashboard are files of the chart, which it must find in a dependency, too. */
const VALUES = {
  'exposure.host': 'events.example',
  'redis.url': 'redis://redis',
  'metricsApi.register': true,
  'telemetry.rules.enabled': true,
  'telemetry.dashboard.enabled': true,
}

describe.each(HELMS)('$name', (helm) => {
  test('a chart may switch this one on, and then has its objects', async () => {
    await using umbrella = await UmbrellaChart.create(helm, { condition: CONDITION })
    const names = { release: 'shop', namespace: 'shop' }

    const values = Object.entries(VALUES).map(([name, value]) => [`runnel.${name}`, value] as const)
    const { objects } = await render(
      helm,
      { ...Object.fromEntries(values), [CONDITION]: true, global: { region: 'eu' } },
      { ...names, chart: umbrella.path },
    )

    const alone = await render(helm, VALUES, names)
    expect(objects).toEqual(alone.objects)
  })

  test('switched off it has none', async () => {
    await using umbrella = await UmbrellaChart.create(helm, { condition: CONDITION })

    const { objects } = await render(helm, { [CONDITION]: false }, { chart: umbrella.path })

    expect(objects.filter((object) => object !== null)).toEqual([])
  })

  test('by itself the condition has no effect', async () => {
    const plain = await render(helm)

    for (const enabled of [true, false]) {
      const { objects } = await render(helm, { enabled, global: { region: 'eu' } })
      expect(objects).toEqual(plain.objects)
    }
  })

  test('a chart may have it twice, under two aliases', async () => {
    await using umbrella = await UmbrellaChart.create(
      helm,
      { alias: 'news', condition: 'news.enabled' },
      { alias: 'chat', condition: 'chat.enabled' },
    )

    const { objects } = await render(
      helm,
      { 'news.enabled': true, 'chat.enabled': true },
      { release: 'shop', chart: umbrella.path },
    )

    const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
    expect(new Set(names).size).toBe(names.length)
    const { objects: once } = await render(helm)
    expect(names).toHaveLength(2 * once.length)
  })
})
