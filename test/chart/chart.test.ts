import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { CHART, HELMS, runHelm } from '../../rig/release/helm.ts'
import { render } from './render.ts'

/** Values with which the chart has an object of each of its kinds. */
const EVERYTHING = {
  'redis.url': 'redis://redis',
  'metricsApi.register': true,
  'networkPolicy.enabled': true,
  'networkPolicy.adminFrom': [{ namespaceSelector: {} }],
  'telemetry.podMonitor.enabled': true,
  'telemetry.rules.enabled': true,
  'telemetry.dashboard.enabled': true,
}

test('the chart has the version of the service', () => {
  const chart: unknown = parse(readFileSync(`${CHART}/Chart.yaml`, 'utf8'))
  const { version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string }

  expect(chart).toMatchObject({ version, appVersion: version })
})

describe.each(HELMS)('$name', (helm) => {
  test('lint finds nothing', async () => {
    const report = await runHelm(helm, ['lint', '--strict', '--quiet', CHART])

    expect(report).toBe('')
  })

  test.each(['1.35.0', '1.36.2-gke.100', '1.37.0'])('it installs on %s', async (kubeVersion) => {
    await expect(render(helm, {}, { kubeVersion })).resolves.toBeDefined()
  })

  test('it refuses a cluster older than the supported ones', async () => {
    await expect(render(helm, {}, { kubeVersion: '1.34.9' })).rejects.toThrow('>=1.35.0-0')
  })

  test('every object has the labels of its release', async () => {
    const { objects } = await render(helm, EVERYTHING, { release: 'events' })

    for (const { kind, metadata } of objects) {
      expect(metadata.labels).toEqual({
        ...(kind === 'ConfigMap' ? { grafana_dashboard: '1' } : {}),
        'app.kubernetes.io/name': 'runnel',
        'app.kubernetes.io/instance': 'events',
        'app.kubernetes.io/component': expect.stringMatching(/^(server|controller|test)$/),
        'app.kubernetes.io/part-of': 'runnel',
        'app.kubernetes.io/version': '0.1.0',
        'app.kubernetes.io/managed-by': 'Helm',
        'helm.sh/chart': 'runnel-0.1.0',
      })
    }
  })
})
