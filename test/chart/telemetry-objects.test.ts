import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readChartFile } from './chart-files.ts'
import { HELMS } from './helm.ts'
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

  test('the rules are those of the files, for the namespace of the release', async () => {
    const chart = await render(
      helm,
      { 'telemetry.rules.enabled': true, 'telemetry.rules.labels': { release: 'prometheus' } },
      { namespace: 'events' },
    )

    const { spec, metadata } = chart.one('PrometheusRule')
    expect(metadata.labels).toMatchObject({ release: 'prometheus' })
    expect(spec['groups']).toEqual(
      ['rules/service.yaml', 'rules/controller.yaml'].flatMap((path) => {
        const text = readChartFile(path).replaceAll('namespace=~".*"', 'namespace="events"')
        return (parse(text) as { groups: readonly RuleGroup[] }).groups
      }),
    )
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
