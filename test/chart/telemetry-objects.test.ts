import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readChartFile } from './chart-files.ts'
import { HELMS } from '../../rig/release/helm.ts'
import { render } from './render.ts'
import { ALERTS, type RuleGroup } from './rule-files.ts'

describe.each(HELMS)('$name', (helm) => {
  test('by default nothing is made for those that read metrics', async () => {
    const kinds = (await render(helm)).objects.map(({ kind }) => kind)

    for (const kind of ['PodMonitor', 'PrometheusRule', 'ConfigMap']) {
      expect(kinds).not.toContain(kind)
    }
  })

  test('PodMonitors find the pods of the service and of the controller, and no others', async () => {
    const chart = await render(helm, {
      'telemetry.podMonitor.enabled': true,
      'telemetry.podMonitor.interval': '15s',
      'telemetry.podMonitor.labels': { release: 'prometheus' },
    })

    for (const { spec, metadata } of [chart.server, chart.controller]) {
      const monitor = chart
        .all('PodMonitor')
        .find(({ metadata: { name } }) => name === metadata.name)
      expect(monitor?.spec).toEqual({
        selector: spec.selector,
        podMetricsEndpoints: [{ port: 'admin', path: '/metrics', interval: '15s' }],
      })
      expect(monitor?.metadata.labels).toMatchObject({ ...metadata.labels, release: 'prometheus' })
      expect(spec.template.spec.containers[0].ports.map(({ name }) => name)).toContain('admin')
    }
    expect(chart.all('PodMonitor')).toHaveLength(2)
    const alone = await render(helm, {
      'telemetry.podMonitor.enabled': true,
      'controller.enabled': false,
    })
    expect(alone.one('PodMonitor').metadata.name).toBe('runnel')
  })

  test('annotations lead Prometheus to the admin ports, beside annotations of the user', async () => {
    const chart = await render(helm, {
      'telemetry.scrapeAnnotations': true,
      podAnnotations: { team: 'events' },
    })

    const scrape = {
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '9090',
      'prometheus.io/path': '/metrics',
    }
    expect(chart.server.spec.template.metadata.annotations).toEqual({ ...scrape, team: 'events' })
    expect(chart.controller.spec.template.metadata.annotations).toEqual(scrape)
    for (const { spec } of [chart.server, chart.controller]) {
      expect(spec.template.spec.containers[0].ports).toContainEqual({
        name: 'admin',
        containerPort: 9090,
      })
    }
  })

  test('the rules are those of the files, for the namespace and the pods of the release', async () => {
    const chart = await render(
      helm,
      { 'telemetry.rules.enabled': true, 'telemetry.rules.labels': { release: 'prometheus' } },
      { namespace: 'events' },
    )

    const { spec, metadata } = chart.one('PrometheusRule')
    const [pods = ''] = podSelectors(spec)
    expect(metadata.labels).toMatchObject({ release: 'prometheus' })
    expect(spec['groups']).toEqual(
      ['rules/service.yaml', 'rules/controller.yaml'].flatMap((path) => {
        const text = readChartFile(path)
          .replaceAll('namespace=~".*"', 'namespace="events"')
          .replaceAll('pod=~".*"', `pod=~"${pods}"`)
        return (parse(text) as { groups: readonly RuleGroup[] }).groups
      }),
    )
  })

  test.for<[string, Readonly<Record<string, unknown>>, readonly string[], readonly string[]]>([
    [
      'service and controller',
      {},
      ['runnel-6d4cf56db6-x7x2k', 'runnel-controller-75c9b5d6d9-abcde'],
      ['shop-6d4cf56db6-x7x2k', 'runnel-redis-0', 'runnel-b-6d4cf56db6-x7x2k', 'my-runnel-1-abcde'],
    ],
    [
      'the service alone',
      { 'controller.enabled': false },
      ['runnel-6d4cf56db6-x7x2k'],
      ['runnel-controller-75c9b5d6d9-abcde'],
    ],
    [
      'names that leave no room for a hash',
      { fullnameOverride: 'n'.repeat(63) },
      [`${'n'.repeat(58)}x7x2k`, `${'n'.repeat(52)}-contrabcde`],
      [`${'n'.repeat(57)}-x7x2k`],
    ],
  ])('the rules know the names of the pods of %s', async ([, values, own, others]) => {
    const chart = await render(helm, { 'telemetry.rules.enabled': true, ...values })

    const selectors = podSelectors(chart.one('PrometheusRule').spec)
    expect(selectors).toHaveLength(1)
    // Prometheus matches whole values.
    const selector = new RegExp(`^(?:${selectors[0]})$`)
    for (const name of own) expect(name).toMatch(selector)
    for (const name of others) expect(name).not.toMatch(selector)
  })

  test('without a controller no alert asks for one', async () => {
    const chart = await render(helm, {
      'telemetry.rules.enabled': true,
      'controller.enabled': false,
    })

    const text = JSON.stringify(chart.one('PrometheusRule'))
    expect(text).toContain('RunnelPodFull')
    expect(text).not.toContain('RunnelController')
  })

  test('alerts link to runbooks where the user reads them', async () => {
    const url = 'https://git.example/runbooks'
    for (const runbookUrl of [url, `${url}/`]) {
      const chart = await render(helm, {
        'telemetry.rules.enabled': true,
        'telemetry.rules.runbookUrl': runbookUrl,
      })

      const groups = chart.one('PrometheusRule').spec['groups'] as readonly RuleGroup[]
      const links = groups.flatMap(({ rules }) =>
        rules.flatMap(({ annotations }) => annotations?.['runbook_url'] ?? []),
      )
      expect(links.toSorted()).toEqual(ALERTS.map(({ alert }) => `${url}/${alert}.md`).toSorted())
    }
  })

  test('Grafana finds the dashboard by its label', async () => {
    const chart = await render(helm, {
      'telemetry.dashboard.enabled': true,
      'telemetry.dashboard.labels': { team: 'events' },
    })

    const { metadata, data } = chart.one('ConfigMap')
    expect(metadata.name).toBe('runnel-dashboard')
    expect(metadata.labels).toMatchObject({ grafana_dashboard: '1', team: 'events' })
    expect(JSON.parse(data['runnel.json'] ?? '')).toEqual(
      JSON.parse(readChartFile('dashboards/runnel.json')),
    )

    const other = await render(helm, {
      'telemetry.dashboard.enabled': true,
      'telemetry.dashboard.labels': { grafana_dashboard: 'yes' },
    })
    expect(other.one('ConfigMap').metadata.labels).toMatchObject({ grafana_dashboard: 'yes' })
  })
})

/** The regular expressions by which rules select pods. */
function podSelectors(spec: Readonly<Record<string, unknown>>): readonly string[] {
  const groups = spec['groups'] as readonly RuleGroup[]
  return groups
    .flatMap(({ rules }) => rules)
    .flatMap(({ expr }) => [...expr.matchAll(/pod=~"([^"]*)"/g)].map(([, names]) => names!))
}
