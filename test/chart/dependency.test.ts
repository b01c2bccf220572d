import { describe, expect, test } from 'vitest'
import { HELMS, type Helm } from '../../rig/release/helm.ts'
import { UmbrellaChart } from '../support/umbrella-chart.ts'
import type { PodSpec } from './kube-objects.ts'
import { render, type Rendered } from './render.ts'

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
    const { objects } = await renderTwice(helm)

    const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
    expect(new Set(names).size).toBe(names.length)
    const { objects: once } = await render(helm)
    expect(names).toHaveLength(2 * once.length)
  })

  test('of two aliases each controller has its own fleet, Lease and token', async () => {
    const chart = await renderTwice(helm)

    const deployments = chart.all('Deployment')
    const controllers = deployments
      .map(({ metadata, spec }) => ({ metadata, settings: settingsOf(spec.template.spec) }))
      .filter(({ settings }) => settings['RUNNEL_LEASE'] !== undefined)
    expect(controllers).toHaveLength(2)
    for (const name of ['RUNNEL_LEASE', 'RUNNEL_ADMIN_TOKEN_SECRET', 'RUNNEL_CONTROLLER_SERVICE']) {
      expect(new Set(controllers.map(({ settings }) => settings[name])).size).toBe(2)
    }

    const owners = chart
      .all('StreamCapacity')
      .map(({ metadata: { labels } }) =>
        controllers.filter(
          ({ settings: { RUNNEL_INSTANCE, RUNNEL_APP_NAME } }) =>
            [labels['app.kubernetes.io/instance'], undefined].includes(RUNNEL_INSTANCE) &&
            [labels['app.kubernetes.io/name'], undefined].includes(RUNNEL_APP_NAME),
        ),
      )
    expect(owners.map(({ length }) => length)).toEqual([1, 1])
    expect(new Set(owners.flat()).size).toBe(2)
  })

  test('of two aliases no object selects the pods of the other', async () => {
    const chart = await renderTwice(helm)

    const pods = chart.all('Deployment').map(({ spec }) => spec.template.metadata.labels)
    const selectors = [
      ...[...chart.all('Deployment'), ...chart.all('PodDisruptionBudget')].map(
        ({ spec }) => spec.selector.matchLabels,
      ),
      ...chart.all('Service').map(({ spec }) => spec.selector),
    ]
    const selected = selectors.map((selector) =>
      pods.filter((labels) =>
        Object.entries(selector).every(([name, value]) => labels[name] === value),
      ),
    )
    expect(selected.map(({ length }) => length)).toEqual(selectors.map(() => 1))
    expect(new Set(selected.flat()).size).toBe(pods.length)
  })
})

async function renderTwice(helm: Helm): Promise<Rendered> {
  await using umbrella = await UmbrellaChart.create(
    helm,
    { alias: 'news', condition: 'news.enabled' },
    { alias: 'chat', condition: 'chat.enabled' },
  )
  const values = { 'news.enabled': true, 'chat.enabled': true }
  return await render(helm, values, { release: 'shop', chart: umbrella.path })
}

function settingsOf({
  containers: [{ env }],
}: PodSpec): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]))
}
