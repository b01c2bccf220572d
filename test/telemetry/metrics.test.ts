/** What the metrics of a service say of what its clients do, seen by a reader of `/metrics`. */
import { expect, test } from 'vitest'
import { METRICS } from '../../src/service/metrics/metrics-table.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { poll, post, publishLines, publishText } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { MetricsReading } from '../support/metrics-reading.ts'
import { startTestService, type TestService } from '../support/service.ts'

async function read({ adminUrl }: TestService): Promise<MetricsReading> {
  return MetricsReading.of(adminUrl)
}

/** Reads until a check passes. */
async function readUntil(
  service: TestService,
  check: (reading: MetricsReading) => void,
): Promise<MetricsReading> {
  return eventually(async () => {
    const reading = await read(service)
    check(reading)
    return reading
  })
}

test('all counts and states are there from the start, at 0', async () => {
  await using service = await startTestService({ 'max-streams': '7', 'max-polls': '8' })
  const reading = await read(service)
  const missing = Object.values(METRICS)
    // A histogram has no series before its first value, and Redis none without it.
    .filter(({ name, type }) => type !== 'histogram' && !name.startsWith('runnel_redis_'))
    .map(({ name, type }) => (type === 'counter' ? `${name}_total` : name))
    .filter((name) => reading.sum(name) === undefined)
  expect(missing).toEqual([])
  const values = reading.series
    .filter(({ name, value }) => name.startsWith('runnel_') && value !== 0)
    .map(({ name, value }) => [name, value])
  expect(Object.fromEntries(values)).toEqual({
    runnel_stream_limit: 7,
    runnel_poll_limit: 8,
    runnel_build_info: 1,
    runnel_log_up: 1,
    runnel_fleet_limit: 7,
    runnel_fleet_pods: 1,
  })
  expect(reading.text).not.toContain('v8js_resource_active')
})

test('streams count while they are open, by channel and by how they began and ended', async () => {
  await using service = await startTestService({ 'telemetry-channels': 'orders,user.*' })
  const first = await publishText(service.url, 'orders', 'a')
  {
    await using fresh = await EventStream.open(
      `${service.url}/stream?channel=orders&channel=user.1`,
    )
    await using back = await EventStream.open(`${service.url}/stream/orders?lastEventId=${first}`)
    await using lost = await EventStream.open(`${service.url}/stream/secret?lastEventId=nonsense`)
    for (const stream of [fresh, back, lost]) await stream.event('runnel.open')
    const reading = await read(service)
    expect(reading.sum('runnel_active_streams')).toBe(3)
    const subscriptions = ['orders', 'user.*', 'other'].map((channel) =>
      reading.sum('runnel_active_subscriptions', { channel }),
    )
    expect(subscriptions).toEqual([2, 1, 1])
    for (const resume of ['none', 'resumed', 'gap']) {
      expect(reading.sum('runnel_streams_opened_total', { resume })).toBe(1)
      expect(reading.sum('runnel_connect_duration_seconds_count', { resume })).toBe(1)
    }
    expect(reading.sum('runnel_gaps_total', { reason: 'unknown-cursor' })).toBe(1)
    expect(reading.sum('runnel_gaps_total')).toBe(1)
    await back[Symbol.asyncDispose]()
    await readUntil(service, (after) => {
      expect(after.sum('runnel_streams_closed_total', { by: 'client' })).toBe(1)
    })
    await service.drain.begin()
    await Promise.all([fresh.ended(), lost.ended()])
  }
  const reading = await read(service)
  expect(reading.sum('runnel_streams_closed_total', { reason: 'drain', by: 'server' })).toBe(2)
  expect(reading.sum('runnel_stream_duration_seconds_count')).toBe(3)
  expect(reading.sum('runnel_active_streams')).toBe(0)
  expect(reading.sum('runnel_active_subscriptions')).toBe(0)
  expect(reading.sum('runnel_draining')).toBe(1)
  // A stream is no request that is answered, however long it lives.
  const routes = reading.values('runnel_http_request_duration_seconds_count', 'route')
  expect(routes.filter((route) => route.startsWith('/stream'))).toEqual([])
})

test('events count once as they come, and once for each stream that gets them', async () => {
  await using service = await startTestService()
  await publishLines(service.url, 'a', [{ data: 1 }, { data: 2 }])
  await using early = await EventStream.open(`${service.url}/stream/a?from=earliest`)
  await early.take(2)
  await using late = await EventStream.open(`${service.url}/stream/a`)
  await late.event('runnel.open')
  const before = await readUntil(service, (reading) => {
    expect(reading.sum('runnel_events_replayed_total')).toBe(2)
  })
  await publishLines(service.url, 'a', [{ data: 3 }, { data: 4 }, { data: 5 }])
  for (const stream of [early, late]) await stream.take(3)
  const after = await readUntil(service, (reading) => {
    expect(reading.sum('runnel_fan_out_duration_seconds_count')).toBeGreaterThan(0)
  })

  const grown = (name: string) => (after.sum(name) ?? 0) - (before.sum(name) ?? 0)
  expect(grown('runnel_events_received_total')).toBe(3)
  expect(grown('runnel_fan_out_lag_seconds_count')).toBe(3)
  expect(after.sum('runnel_fan_out_lag_seconds_sum')).toBeGreaterThanOrEqual(0)
  expect(after.sum('runnel_events_delivered_total')).toBe(2 + 2 * 3)
  expect(after.sum('runnel_events_replayed_total')).toBe(2)
  expect(after.sum('runnel_events_late_total')).toBe(0)
  expect(after.sum('runnel_events_dropped_total')).toBe(0)
  expect(grown('runnel_sent_bytes_total')).toBeGreaterThan(0)
  expect(after.sum('runnel_published_events_total', { outcome: 'accepted' })).toBe(5)
})

test('publishes count by outcome', async () => {
  await using service = await startTestService()
  for (const text of ['x', 'x', 'another']) {
    await post(`${service.url}/publish/a`, 'text/plain', text, { 'Idempotency-Key': 'k' })
  }
  const reading = await read(service)
  for (const outcome of ['accepted', 'repeated', 'key-reused']) {
    expect(reading.sum('runnel_published_events_total', { outcome })).toBe(1)
    expect(reading.sum('runnel_append_duration_seconds_count', { outcome })).toBe(1)
  }
})

test('a poll that is held is a wait, and no slow request', async () => {
  await using service = await startTestService()
  const id = await publishText(service.url, 'a', 'x')
  await poll(service.url, '/poll/a?from=earliest')
  const held = poll(service.url, `/poll/a?wait=55&lastEventId=${id}`)
  await readUntil(service, (reading) => expect(reading.sum('runnel_active_polls')).toBe(1))
  await publishText(service.url, 'a', 'y')
  await held
  await poll(service.url, '/poll/a?wait=0')

  const count = 'runnel_http_request_duration_seconds_count'
  // The answer to this one is reported after those before it.
  await fetch(`${service.url}/poll/a?wait=nonsense`)
  const reading = await readUntil(service, (each) => {
    expect(each.sum('runnel_poll_wait_seconds_count')).toBe(3)
    expect(each.sum('runnel_active_polls')).toBe(0)
    expect(each.sum(count, { route: '/poll/:channel', status: '400' })).toBe(1)
    expect(each.sum(count, { route: '/publish/:channel', status: '200' })).toBe(2)
  })
  expect(reading.sum('runnel_poll_wait_seconds_count', { outcome: 'answered' })).toBe(2)
  expect(reading.sum('runnel_poll_wait_seconds_count', { outcome: 'empty' })).toBe(1)
  expect(reading.sum(count, { route: '/poll/:channel' })).toBe(1)
})

test('refusals count by what was asked for and why', async () => {
  await using service = await startTestService({ 'max-streams': '1', 'max-polls': '1' })
  await using guest = await EventStream.open(`${service.url}/stream/a`)
  await guest.event('runnel.open')
  await using refused = await EventStream.open(`${service.url}/stream/a`)
  await refused.ended()
  const abort = new AbortController()
  const target = `${service.url}/poll/a?lastEventId=${await publishText(service.url, 'a', 'x')}`
  const held = fetch(target, { signal: abort.signal }).catch(() => undefined)
  await readUntil(service, (reading) => expect(reading.sum('runnel_active_polls')).toBe(1))
  expect((await fetch(target)).status).toBe(503)
  abort.abort()
  await held
  const reading = await read(service)
  expect(reading.sum('runnel_refused_total', { what: 'stream', reason: 'limit' })).toBe(1)
  expect(reading.sum('runnel_refused_total', { what: 'poll', reason: 'limit' })).toBe(1)
  expect(reading.sum('runnel_refused_total')).toBe(2)
  expect(reading.sum('runnel_streams_opened_total')).toBe(1)
})

test('after a storm of reconnects, all streams that were opened are closed or open', async () => {
  await using service = await startTestService()
  await using stays = await EventStream.open(`${service.url}/stream/a`)
  await stays.event('runnel.open')
  const reconnect = async (index: number) => {
    await using stream = await EventStream.open(`${service.url}/stream/a`)
    // Some leave before they are open.
    if (index % 3 !== 0) await stream.event('runnel.open')
  }
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 50 }, (_, index) => reconnect(index)))
  }
  const reading = await readUntil(service, (each) => {
    expect(each.sum('runnel_active_streams')).toBe(1)
  })
  const opened = reading.sum('runnel_streams_opened_total') ?? 0
  expect(opened).toBeGreaterThan(300)
  expect(opened).toBe((reading.sum('runnel_streams_closed_total') ?? 0) + 1)
})

/** The series of our own metrics, by name and labels. */
function seriesOf({ series }: MetricsReading): readonly string[] {
  return series
    .filter(({ name }) => name.startsWith('runnel_'))
    .map(({ name, labels }) => JSON.stringify([name, labels]))
}

test('clients cannot make new series, whatever they send', async () => {
  await using service = await startTestService({ 'telemetry-channels': 'orders' })
  const publish = async (index: number) => publishText(service.url, `secret-${index}`, 'x')
  const provoke = async (index: number) => {
    const name = `secret-${index}`
    await poll(service.url, `/poll/${name}?from=earliest`)
    await fetch(`${service.url}/${name}`)
    await fetch(`${service.url}/publish/${name}`, { method: 'PATCH' })
    await fetch(`${service.url}/stream/${name}?last=${name}`)
    await fetch(`${service.adminUrl}/${name}`, { method: 'DELETE' })
  }
  await using stream = await EventStream.open(`${service.url}/stream/secret-1?access_token=secret`)
  await stream.event('runnel.open')
  await publish(0)
  await provoke(0)
  const first = await readUntil(service, (reading) => {
    const count = 'runnel_http_request_duration_seconds_count'
    expect(reading.sum(count, { status: '400' })).toBe(1)
  })
  await publishText(service.url, 'secret-1', 'x')
  await stream.take(1)
  for (let index = 1; index <= 1_000; index++) await publish(index)
  for (let index = 1; index <= 50; index++) await provoke(index)
  const last = await readUntil(service, (reading) => {
    expect(reading.sum('runnel_published_events_total')).toBe(1_002)
    expect(reading.sum('runnel_fan_out_lag_seconds_count', { channel: 'other' })).toBeGreaterThan(0)
  })
  const added = seriesOf(last).filter((series) => !seriesOf(first).includes(series))
  // The first event that a stream gets makes these.
  expect(added.filter((series) => !series.includes('runnel_fan_out_'))).toEqual([])
  expect(last.text).not.toContain('secret')
  for (const { name, labels } of Object.values(METRICS)) {
    for (const [label, allowed] of Object.entries(labels)) {
      if (typeof allowed === 'string') continue
      const found = [name, `${name}_total`, `${name}_count`].flatMap((each) =>
        last.values(each, label),
      )
      expect(found.filter((value) => !allowed.includes(value))).toEqual([])
    }
  }
})
