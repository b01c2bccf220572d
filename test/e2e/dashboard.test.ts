import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { HELMS } from '../../rig/release/helm.ts'
import { render } from '../chart/render.ts'
import type { RuleGroup } from '../chart/rule-files.ts'
import { Prometheus } from '../support/prometheus.ts'
import { queriesOf, queriesWithoutData } from './dashboard-queries.ts'
import { ClusterProxy } from '../../rig/release/kubectl.ts'
import { patiently } from './patiently.ts'
import { scrapeConfigOf } from './pod-scraping.ts'
import { Release } from '../../rig/release/release.ts'
import { stallClient, usePolls, useStreams } from './varied-use.ts'

const PODS = 2
const CONTROLLERS = 2
/** Streams that a pod holds: few, so that some are refused. */
const LIMIT = 3
const VALUES = {
  replicaCount: PODS,
  'controller.replicas': CONTROLLERS,
  'streamCapacity.subscribersPerPod.target': 1,
  'streamCapacity.subscribersPerPod.limit': LIMIT,
}
/** Left out of the release, since their kinds are not in the cluster. */
const MONITORING = {
  'telemetry.podMonitor.enabled': true,
  'telemetry.rules.enabled': true,
  'telemetry.dashboard.enabled': true,
}
/** Alerts about what the test does: it has clients refused, and lets one read nothing. */
const PROVOKED = ['RunnelClientsRefused', 'RunnelSlowSubscribers']

test('a real Prometheus answers each query of the dashboard, and evaluates each rule', async () => {
  await using release = await Release.install('dashboard', { hasRedis: true, values: VALUES })
  await using proxy = await ClusterProxy.open()
  const { name, namespace } = release
  const chart = await render(HELMS[0]!, MONITORING, { release: name, namespace })
  const groups = chart.one('PrometheusRule').spec['groups'] as readonly RuleGroup[]
  await using folder = await mkdtempDisposable(join(tmpdir(), 'runnel-rules-'))
  const ruleFile = join(folder.path, 'rules.json')
  await writeFile(ruleFile, JSON.stringify({ groups }))
  await using prometheus = await Prometheus.start({
    scrapeConfigs: chart.all('PodMonitor').map((monitor) => scrapeConfigOf(monitor, proxy.url)),
    ruleFiles: [ruleFile],
  })
  await patiently(async () => prometheus.expectScraped(PODS + CONTROLLERS))
  const queries = queriesOf(
    chart.one('ConfigMap', 'dashboard').data['runnel.json']!,
    namespace,
    '1m',
  )

  // Before the first client, each query knows its numbers, but for the times that nothing has taken.
  const counts = queries.filter(({ promql }) => !/_(bucket|count)\{/.test(promql))
  expect(counts.length).toBeGreaterThan(40)
  await patiently(async () => {
    expect(await queriesWithoutData(prometheus, counts)).toEqual([])
  })

  await stallClient(release, async () => {
    const [dropped] = await prometheus.query('sum(runnel_events_dropped_total) > 0')
    return dropped !== undefined
  })
  await patiently(async () => {
    // The rate of a histogram leaves out what happened before its first scrape.
    await useStreams(release, PODS * LIMIT + 2)
    await usePolls(release)
    for (const counter of ['refused', 'gaps', 'events_dropped', 'events_replayed']) {
      const [total] = await prometheus.query(`sum(runnel_${counter}_total)`)
      expect({ counter, isAbove0: total!.value > 0 }).toEqual({ counter, isAbove0: true })
    }
    expect(await queriesWithoutData(prometheus, queries)).toEqual([])
  })
  const read = await prometheus.query(
    `count by (pod) (runnel_active_streams{namespace="${namespace}"})`,
  )
  const pods = (await release.pods()).map((pod) => pod.replace('pod/', ''))
  expect(read.map(({ labels }) => String(labels['pod'])).toSorted()).toEqual(pods.toSorted())

  await patiently(async () => {
    const rules = await prometheus.rules()
    expect(rules).toHaveLength(groups.flatMap((group) => group.rules).length)
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([])
    const raised = rules.filter(({ state = 'inactive' }) => state !== 'inactive')
    expect(raised.filter((alert) => !PROVOKED.includes(alert.name))).toEqual([])
    expect(raised.filter(({ state }) => state === 'firing')).toEqual([])
  })
  const recorded = groups.flatMap(({ rules }) => rules.flatMap(({ record = [] }) => record))
  expect(recorded).not.toEqual([])
  for (const series of recorded) expect(await prometheus.query(series)).not.toEqual([])
})
