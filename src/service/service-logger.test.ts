import { beforeEach, expect, test } from 'vitest'
import { pino } from 'pino'
import type { CloseReason, RequestRecord, StreamRecord } from '../hub/hub-observer.ts'
import { LogUnavailable } from '../log/event-log.ts'
import { RepeatedLines } from '../telemetry/repeated-lines.ts'
import { ServiceLogger } from './service-logger.ts'

const SPAN = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }
const IDS = { trace_id: SPAN.traceId, span_id: SPAN.spanId }
const TRACED = requestOf(SPAN)
const UNTRACED = requestOf(undefined)

let lines: Readonly<Record<string, unknown>>[] = []
let observer: ServiceLogger

beforeEach(() => {
  lines = []
  const output = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const formatters = { level: (level: string) => ({ level }) }
  const logger = pino({ base: null, timestamp: false, formatters }, output)
  observer = new ServiceLogger(logger, new RepeatedLines(logger))
})

/** Each kind of line about one request. */
const ABOUT_A_REQUEST: readonly (readonly [string, (request: RequestRecord) => void])[] = [
  ['stream opened', (request) => observer.opened(streamOf(request))],
  ['stream closed', (request) => observer.closed(streamOf(request), 'drain')],
  ['refused', (request) => observer.refused('stream', 'limit', request)],
  ['publish failed', (request) => failPublish(request, new LogUnavailable('away'))],
  ['poll failed', (request) => failPoll(request, new LogUnavailable('away'))],
  [
    'request failed',
    (request) => {
      const error = new Error('nobody foresaw it')
      failPublish(request, error)
      observer.failed(error)
    },
  ],
]

test.for(ABOUT_A_REQUEST)('a line leads to the span of its request: %s', ([msg, cause]) => {
  cause(TRACED)
  expect(lines).toMatchObject([{ msg, client: '192.0.2.1', ...IDS }])
})

test.for(ABOUT_A_REQUEST)('without a span there are no such fields: %s', ([msg, cause]) => {
  cause(UNTRACED)
  expect(lines).toMatchObject([{ msg, client: '192.0.2.1' }])
  expect(lines[0]).not.toHaveProperty('trace_id')
  expect(lines[0]).not.toHaveProperty('span_id')
})

test('the line of an opened stream says how it began, and how long that took', () => {
  observer.opened({ ...streamOf(UNTRACED), resume: 'gap' })
  expect(lines).toEqual([
    {
      level: 'info',
      stream: 'DNfdMTf4TpxeUU8w',
      channels: ['a'],
      client: '192.0.2.1',
      resume: 'gap',
      cursor: 'aaaaaaaa-1',
      connectMs: 12.3,
      msg: 'stream opened',
    },
  ])
})

test('only ends that somebody should look into are warnings', () => {
  const reasons: readonly CloseReason[] = [
    'client',
    'reset',
    'age',
    'drain',
    'shed',
    'stalled',
    'vanished',
    'noise',
    'fault',
  ]
  for (const reason of reasons) observer.closed(streamOf(TRACED), reason)
  const levels = lines.map(({ level, reason }) => [reason, level])
  expect(levels.filter(([, level]) => level === 'warn')).toEqual(
    ['stalled', 'vanished', 'noise', 'fault'].map((reason) => [reason, 'warn']),
  )
  expect(levels.filter(([, level]) => level === 'info')).toHaveLength(5)
})

test('each stream has its lines, and failures that come up again are counted', () => {
  for (let time = 0; time < 3; time++) {
    observer.opened(streamOf(TRACED))
    observer.closed(streamOf(TRACED), 'fault', new Error('again'))
    observer.failed(new Error('again'))
    failPublish(TRACED, new LogUnavailable('away'))
  }
  const messages = lines.map(({ msg }) => msg)
  expect(messages.filter((msg) => msg === 'stream opened')).toHaveLength(3)
  expect(messages.filter((msg) => msg === 'stream closed')).toHaveLength(3)
  expect(messages.filter((msg) => msg === 'request failed')).toHaveLength(1)
  expect(messages.filter((msg) => msg === 'publish failed')).toHaveLength(1)
})

test('refusals of one client are counted, whichever address of its /64 it takes', () => {
  const addresses = ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1', '192.0.2.1', '192.0.2.2']
  for (const address of addresses) observer.refused('stream', 'limit', { ...UNTRACED, address })
  expect(lines.map(({ client }) => client)).toEqual(addresses.toSpliced(1, 1))
})

function failPublish(request: RequestRecord, error: unknown): void {
  const outcome = { kind: 'failed', error } as const
  observer.published({ request, channel: 'a', count: 1, outcome, duration: 1 })
}

function failPoll(request: RequestRecord, error: unknown): void {
  observer.polled({ request, channels: ['a'], outcome: { kind: 'failed', error } })
}

function requestOf(span: RequestRecord['span']): RequestRecord {
  return { principal: '', address: '192.0.2.1', requestedAt: 100, trace: undefined, span }
}

function streamOf(request: RequestRecord): StreamRecord {
  return {
    id: 'DNfdMTf4TpxeUU8w',
    request,
    channels: ['a'],
    openedAt: 112.34,
    resume: 'none',
    events: 0,
    bytes: 0,
    lastId: 'aaaaaaaa-1',
  }
}
