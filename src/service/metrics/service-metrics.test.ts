import { expect, test } from 'vitest'
import type { AppendResult, LogTroubleReport } from '../../log/event-log.ts'
import type { Gap, GapReason } from '../../schema/system-events.ts'
import { createMetrics } from '../../telemetry/metrics.ts'
import type { StreamRecord } from '../../hub/hub-observer.ts'
import { observeAll } from '../observe-all.ts'
import { MetricsReading } from '../../../test/support/metrics-reading.ts'
import { METRICS } from './metrics-table.ts'
import type { ObservedParts } from './observed-parts.ts'
import { ServiceMetrics } from './service-metrics.ts'

const REQUEST = {
  principal: '',
  address: '192.0.2.1',
  trace: undefined,
  span: undefined,
}

interface Changes {
  troubles: LogTroubleReport[]
  isUp: boolean
  subscriptions: (readonly [string, number])[]
}

/** The metrics of parts that a test changes, and an observer of theirs. */
function measured(channels: readonly string[] = []) {
  const metrics = new ServiceMetrics(createMetrics(), channels)
  const changes: Changes = { troubles: [], isUp: true, subscriptions: [] }
  const parts: ObservedParts = {
    admission: { streams: 3, polls: 4 },
    limits: () => ({ maxStreams: 30, maxPolls: 40 }),
    hub: {
      channels: 2,
      delivered: 10,
      replayed: 4,
      lateEvents: 3,
      droppedEvents: 1,
      sentBytes: 1_000,
      bufferedBytes: () => ({ total: 70, max: 60 }),
      subscriptions: () => changes.subscriptions,
    },
    drain: { isDraining: true },
    log: { status: () => ({ reachable: false, troubles: changes.troubles }) },
    status: () => ({ fleet: { subscribers: 5, limit: 50, pods: 2 } }),
    connections: () => [
      { role: 'commands', up: true, reconnects: 0 },
      { role: 'notifications', up: changes.isUp, reconnects: 6 },
    ],
    suppressedLines: () => 8,
    lostLines: () => 9,
  }
  metrics.observe(parts)
  const observer = observeAll(metrics.observers, (error) => {
    throw error
  })
  return { observer, changes, read: async () => new MetricsReading(await metrics.render()) }
}

function stream(fields: Partial<StreamRecord> = {}): StreamRecord {
  const now = performance.now()
  return {
    id: 's',
    request: { ...REQUEST, requestedAt: now - 20 },
    channels: ['a'],
    openedAt: now,
    resume: 'none',
    events: 0,
    bytes: 0,
    lastId: '',
    ...fields,
  }
}

function gap(reason: GapReason): Gap {
  return { channel: 'a', reason, from: null, to: null, missed: null }
}

function trouble(code: string): LogTroubleReport {
  const words = { detail: '', mend: '', since: '', seconds: 1, count: 1 }
  return { state: 'away', scope: 'log', code, ...words }
}

test('the state of the parts is read each time', async () => {
  const { changes, read } = measured(['orders', 'user.*'])
  const first = await read()
  expect(
    Object.fromEntries(
      first.series
        .filter(({ labels }) => Object.keys(labels).length === 0)
        .map(({ name, value }) => [name, value]),
    ),
  ).toEqual({
    runnel_active_streams: 3,
    runnel_stream_limit: 30,
    runnel_active_polls: 4,
    runnel_poll_limit: 40,
    runnel_channels: 2,
    runnel_draining: 1,
    runnel_log_up: 0,
    runnel_fleet_streams: 5,
    runnel_fleet_limit: 50,
    runnel_fleet_pods: 2,
    runnel_buffered_bytes: 70,
    runnel_buffered_bytes_max: 60,
    runnel_events_delivered_total: 10,
    runnel_events_replayed_total: 4,
    runnel_events_late_total: 3,
    runnel_events_dropped_total: 1,
    runnel_sent_bytes_total: 1_000,
    runnel_connections_dropped_total: 0,
    runnel_request_failures_total: 0,
    runnel_log_lines_suppressed_total: 8,
    runnel_log_lines_lost_total: 9,
  })
  expect(first.sum('runnel_redis_up', { role: 'notifications' })).toBe(1)
  expect(first.sum('runnel_redis_reconnects_total', { role: 'notifications' })).toBe(6)
  expect(first.sum('runnel_log_troubles')).toBe(0)

  changes.isUp = false
  changes.troubles = [trouble('timeout'), trouble('a code of tomorrow')]
  changes.subscriptions = [
    ['orders', 2],
    ['user.1', 1],
    ['user.2', 1],
    ['secret', 5],
  ]
  const second = await read()
  expect(second.sum('runnel_redis_up', { role: 'notifications' })).toBe(0)
  expect(second.sum('runnel_log_troubles', { code: 'timeout' })).toBe(1)
  expect(second.sum('runnel_log_troubles', { code: 'other' })).toBe(1)
  const subscriptions = ['orders', 'user.*', 'other'].map((channel) =>
    second.sum('runnel_active_subscriptions', { channel }),
  )
  expect(subscriptions).toEqual([2, 2, 5])
})

test('streams are counted by how they begin and end', async () => {
  const { observer, read } = measured()
  const gapped = stream({ resume: 'gap' })
  observer.opened(gapped)
  observer.gapped(gapped, [gap('trimmed'), gap('ahead')])
  observer.opened(stream({ resume: 'resumed' }))
  const fresh = stream()
  observer.opened(fresh)
  observer.gapped(fresh, [gap('trimmed')])
  observer.closed(fresh, 'stalled')
  observer.closed(stream({ openedAt: undefined }), 'client')
  observer.closed(stream({ openedAt: undefined }), 'fault', new Error('x'))

  const reading = await read()
  for (const resume of ['none', 'resumed', 'gap']) {
    expect(reading.sum('runnel_streams_opened_total', { resume })).toBe(1)
    expect(reading.sum('runnel_connect_duration_seconds_sum', { resume })).toBeCloseTo(0.02, 3)
  }
  expect(reading.sum('runnel_streams_closed_total')).toBe(1)
  const stalled = { reason: 'stalled', by: 'server' }
  expect(reading.sum('runnel_streams_closed_total', stalled)).toBe(1)
  expect(reading.sum('runnel_stream_duration_seconds_count')).toBe(1)
  expect(reading.sum('runnel_gaps_total', { reason: 'trimmed' })).toBe(2)
  expect(reading.sum('runnel_request_failures_total')).toBe(1)
})

test('a publish counts by its outcome, and a repeated one apart', async () => {
  const { observer, read } = measured()
  const publish = { request: { ...REQUEST, requestedAt: 0 }, channel: 'a', count: 3, duration: 2 }
  const accepted: AppendResult = {
    kind: 'accepted',
    epoch: 'e',
    first: 1,
    count: 3,
    repeated: false,
  }
  observer.published({ ...publish, outcome: accepted })
  observer.published({ ...publish, outcome: { ...accepted, repeated: true } })
  observer.published({ ...publish, outcome: { kind: 'full', limit: 'bytes' } })
  observer.published({ ...publish, outcome: { kind: 'failed', error: new Error('x') } })
  const reading = await read()
  for (const outcome of ['accepted', 'repeated', 'full', 'failed']) {
    expect(reading.sum('runnel_published_events_total', { outcome })).toBe(3)
    expect(reading.sum('runnel_append_duration_seconds_sum', { outcome })).toBe(0.002)
  }
  expect(reading.sum('runnel_published_events_total', { outcome: 'key-reused' })).toBe(0)
})

test('the lag of an event counts from the clock of the log, and is never below 0', async () => {
  const { observer, read } = measured(['orders'])
  const event = { offset: 1, name: 'message', data: 'x' }
  observer.received('orders', [{ ...event, time: Date.now() - 5_000 }])
  observer.received('secret', [
    { ...event, time: Date.now() + 60_000 },
    { ...event, time: Date.now() + 60_000 },
  ])
  const reading = await read()
  const orders = { channel: 'orders' }
  expect(reading.sum('runnel_fan_out_lag_seconds_sum', orders)).toBeGreaterThanOrEqual(5)
  expect(reading.sum('runnel_events_received_total', orders)).toBe(1)
  const others = { channel: 'other' }
  expect(reading.sum('runnel_fan_out_lag_seconds_sum', others)).toBe(0)
  expect(reading.sum('runnel_fan_out_lag_seconds_count', others)).toBe(2)
  expect(reading.text).not.toContain('secret')
})

test('requests count by route, method and status, and what is unknown is other', async () => {
  const { observer, read } = measured()
  const answer = { route: '/poll/:channel', method: 'GET', status: 200, duration: 40 } as const
  observer.answered(answer)
  observer.answered({ ...answer, route: '/poll/secret', method: undefined, status: 405 })
  observer.answered({ ...answer, route: undefined, method: undefined, status: 404 })
  observer.refused('stream', 'limit', { ...REQUEST, requestedAt: 0 })
  observer.dropped(7)
  observer.failed(new Error('x'))
  const asked = { request: { ...REQUEST, requestedAt: performance.now() - 2_000 }, channels: ['a'] }
  const answered = { kind: 'answered', events: 0, gaps: 1, cursor: '' } as const
  observer.polled({ ...asked, outcome: answered })
  observer.polled({ ...asked, outcome: { ...answered, gaps: 0 } })
  observer.polled({ ...asked, outcome: { kind: 'failed', error: new Error('x') } })
  const reading = await read()
  const count = 'runnel_http_request_duration_seconds_count'
  expect(reading.of(count).map(({ labels }) => Object.values(labels).join(' '))).toEqual([
    '/poll/:channel GET 200',
    'other other 405',
    'other other 404',
  ])
  expect(reading.sum('runnel_http_request_duration_seconds_sum', { status: '200' })).toBe(0.04)
  expect(reading.sum('runnel_refused_total', { what: 'stream', reason: 'limit' })).toBe(1)
  expect(reading.sum('runnel_refused_total')).toBe(1)
  expect(reading.sum('runnel_connections_dropped_total')).toBe(7)
  expect(reading.sum('runnel_request_failures_total')).toBe(1)
  for (const outcome of ['answered', 'empty', 'failed']) {
    expect(reading.sum('runnel_poll_wait_seconds_sum', { outcome })).toBeGreaterThanOrEqual(2)
  }
})

test('buckets reach as far as what is measured', async () => {
  const { observer, read } = measured()
  observer.fannedOut(3)
  const reading = await read()
  const bucket = 'runnel_fan_out_duration_seconds_bucket'
  expect(reading.values(bucket, 'le')).toContain('0.0001')
  expect(reading.sum(bucket, { le: '0.001' })).toBe(0)
  expect(reading.sum(bucket, { le: '0.003' })).toBe(1)
  for (const { bounds } of Object.values(METRICS)) {
    expect(bounds).toEqual([...bounds].toSorted((a, b) => a - b))
  }
  expect(METRICS.streamDuration.bounds.at(-1)).toBe(24 * 60 * 60)
  expect(METRICS.pollWait.bounds.at(-1)).toBe(60)
})
