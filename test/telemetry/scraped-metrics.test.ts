/** What a real Prometheus makes of the metrics of a process, and of the rules of the chart. */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { describeWithTools } from '../support/describe-with-tools.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { poll, publishText } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../../rig/servers/free-port.ts'
import { Prometheus } from '../support/prometheus.ts'
import { spawnServe } from '../support/serve-process.ts'

const RULE_FILES = ['service', 'controller'].map((name) =>
  fileURLToPath(new URL(`../../charts/runnel/rules/${name}.yaml`, import.meta.url)),
)
/** As a scrape in a cluster adds them. */
const LABELS = { namespace: 'test', pod: 'runnel-0' }

interface RuleHealth {
  readonly name: string
  readonly health: string
  readonly lastError?: string
}

async function readRules(prometheus: Prometheus): Promise<readonly RuleHealth[]> {
  const response = await fetch(`${prometheus.url}/api/v1/rules`)
  const { data } = (await response.json()) as {
    data: { groups: readonly { rules: readonly RuleHealth[] }[] }
  }
  return data.groups.flatMap(({ rules }) => rules)
}

/** Waits until a query has one sample with this value. */
async function expectValue(prometheus: Prometheus, query: string, value: number): Promise<void> {
  await eventually(async () => {
    const values = (await prometheus.query(query)).map((sample) => sample.value)
    expect({ query, values }).toEqual({ query, values: [value] })
  })
}

/** Publishes to streams, and counts what they get. */
async function deliver(url: string, streams: readonly EventStream[], count: number) {
  const before = countEvents(streams)
  for (let sent = 0; sent < count; sent++) await publishText(url, 'orders', String(sent))
  await eventually(() => expect(countEvents(streams)).toBe(before + count * streams.length))
}

function countEvents(streams: readonly EventStream[]): number {
  return streams.reduce((sum, { published }) => sum + published.length, 0)
}

async function openStream(url: string): Promise<EventStream> {
  const stream = await EventStream.open(`${url}/stream/orders`)
  await stream.event('runnel.open')
  return stream
}

describeWithTools('metrics in Prometheus', ['prometheus'], () => {
  test('sums agree with what clients count, from scrape to scrape and over a restart', async () => {
    const admin = `127.0.0.1:${await freePort()}`
    const flags = [`--admin-listen=${admin}`, '--max-streams=8', '--drain-window=0s']
    await using prometheus = await Prometheus.start({
      scrapeConfigs: [
        { job_name: 'runnel', static_configs: [{ targets: [admin], labels: LABELS }] },
      ],
      ruleFiles: RULE_FILES,
    })
    const expectValues = async (values: Readonly<Record<string, number>>) => {
      for (const [query, value] of Object.entries(values)) {
        await expectValue(prometheus, query, value)
      }
    }
    {
      await using serve = await spawnServe(flags)
      await using one = await openStream(serve.url)
      await using two = await openStream(serve.url)
      await using gone = await openStream(serve.url)
      await deliver(serve.url, [one, two, gone], 5)
      await gone[Symbol.asyncDispose]()
      await poll(serve.url, '/poll/orders?from=earliest')
      await poll(serve.url, '/poll/orders')
      await expectValues({
        runnel_active_streams: 2,
        'sum(runnel_streams_opened_total) - sum(runnel_streams_closed_total)': 2,
        'sum(runnel_streams_closed_total{by="client"})': 1,
        runnel_events_delivered_total: countEvents([one, two, gone]),
        'sum(runnel_published_events_total{outcome="accepted"})': 5,
        'sum(runnel_events_received_total)': 5,
        'sum(runnel_append_duration_seconds_count)': 5,
        'sum(runnel_fan_out_lag_seconds_count)': 5,
        'sum(runnel_connect_duration_seconds_count)': 3,
        'sum(runnel_stream_duration_seconds_count)': 1,
        'sum(runnel_poll_wait_seconds_count)': 2,
        // Of each histogram, the last bucket holds all.
        'sum(runnel_fan_out_lag_seconds_bucket{le="+Inf"})': 5,
        'namespace_pod:runnel_stream_slots_used:ratio{namespace="test", pod="runnel-0"}': 2 / 8,
        'namespace:runnel_stream_slots_used:ratio{namespace="test"}': 2 / 8,
      })

      await deliver(serve.url, [one, two], 5)
      await expectValues({
        runnel_events_delivered_total: countEvents([one, two, gone]),
        'sum(runnel_fan_out_lag_seconds_count)': 10,
        'resets(runnel_events_delivered_total[5m])': 0,
      })
      serve.child.kill('SIGTERM')
      expect(await serve.exited).toBe(0)
    }
    {
      await using serve = await spawnServe(flags)
      await using stream = await openStream(serve.url)
      await deliver(serve.url, [stream], 3)
      await expectValues({
        runnel_events_delivered_total: 3,
        runnel_active_streams: 1,
        'sum(runnel_streams_opened_total) - sum(runnel_streams_closed_total)': 1,
        // Counters begin anew, which Prometheus takes for no loss.
        'resets(runnel_events_delivered_total[5m])': 1,
        'max_over_time(runnel_events_delivered_total[5m])': 25,
      })
    }

    const rules = await eventually(async () => {
      const found = await readRules(prometheus)
      expect(found.map(({ health }) => health)).not.toContain('unknown')
      return found
    })
    expect(rules.length).toBeGreaterThan(10)
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([])
  })
})
