/**
 * The scenario `fan-out` for k6 with the extension xk6-sse: one k6 scenario subscribes, one publishes at fixed times,
 * and a last event tells the subscribers that they have everything. README.md says how it is run.
 */
import { check, sleep } from 'k6'
import execution from 'k6/execution'
import http from 'k6/http'
import { Counter } from 'k6/metrics'
import { fanOut } from '../scenarios/fan-out.ts'
import { readChoice } from './options.ts'
import { endOf, writePayload, type Stamp } from './payload.ts'
import { Subscriber } from './subscriber.ts'
import { k6Thresholds, unmeasured, verdicts, type Summary } from './thresholds.ts'

const choice = readChoice(__ENV, fanOut.defaults)
const { url, publishUrl, subscribers, rate, seconds, bytes } = choice

/** Seconds for all streams to open, for the last publishes to be answered, and for the last events to arrive. */
const OPENING = 2 + Math.ceil(subscribers / 250)
const SETTLING = 2
const ARRIVING = 30

const counters = {
  lost: new Counter('lost'),
  duplicated: new Counter('duplicated'),
  reordered: new Counter('reordered'),
  corrupted: new Counter('corrupted'),
}
const complete = new Counter('completeSubscribers')
const reconnects = new Counter('reconnects')
const refusedPublishes = new Counter('refusedPublishes')
const unknownPublishes = new Counter('unknownPublishes')

export const options = {
  scenarios: {
    subscribe: {
      executor: 'per-vu-iterations',
      exec: 'subscribe',
      vus: subscribers,
      iterations: 1,
      maxDuration: `${OPENING + seconds + SETTLING + ARRIVING}s`,
      gracefulStop: '1s',
    },
    publish: {
      executor: 'constant-arrival-rate',
      exec: 'publish',
      startTime: `${OPENING}s`,
      rate,
      timeUnit: '1s',
      duration: `${seconds}s`,
      preAllocatedVUs: Math.min(rate, 50),
      maxVUs: Math.max(rate, 50),
    },
    end: {
      executor: 'per-vu-iterations',
      exec: 'end',
      startTime: `${OPENING + seconds + SETTLING}s`,
      vus: 1,
      iterations: 1,
    },
  },
  thresholds: {
    ...k6Thresholds(fanOut.thresholds),
    // Without these, a run in which little happened would meet all others.
    completeSubscribers: [`count==${subscribers}`],
    dropped_iterations: ['count==0'],
    checks: ['rate==1'],
  },
  summaryTrendStats: ['avg', 'min', 'p(50)', 'p(99)', 'p(99.9)', 'max'],
}

interface Run {
  readonly id: string
  readonly channel: string
}

export function setup(): Run {
  const id = Math.floor(Math.random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0')
  return { id, channel: `k6-${id}` }
}

export function subscribe({ id, channel }: Run): void {
  const subscriber = new Subscriber(`${url}/stream/${channel}`, id, choice)
  for (;;) {
    const wait = subscriber.readStream()
    if (subscriber.hasEnd) break
    reconnects.add(1)
    sleep(wait)
  }
  const { positions } = subscriber
  positions.end()
  for (const [name, counter] of Object.entries(counters)) {
    counter.add(positions[name as keyof typeof counters])
  }
  complete.add(1)
  check(positions, {
    'no event is lost': ({ lost }) => lost === 0,
    'no event comes twice': ({ duplicated }) => duplicated === 0,
    'events come in the order of the log': ({ reordered }) => reordered === 0,
    'events are as they were published': ({ corrupted }) => corrupted === 0,
  })
}

export function publish(run: Run): void {
  const { startTime, iterationInTest } = execution.scenario
  // The time at which this event was to be published: a late start counts as delay.
  const due = (startTime + (iterationInTest * 1_000) / rate) * 1_000
  const status = post(run, { due, number: iterationInTest + 1 })
  if (isAccepted(status)) return
  // k6 has the status 0 where no answer came. A server that fails may have passed the event on, but not a full one.
  const isUnknown = status === 0 || (status >= 500 && status !== 507)
  if (isUnknown) unknownPublishes.add(1)
  else refusedPublishes.add(1)
}

export function end(run: Run): void {
  while (!isAccepted(post(run, endOf(Date.now() * 1_000)))) sleep(1)
}

/** Returns the status of the answer. */
function post({ id, channel }: Run, stamp: Stamp): number {
  const headers = { 'Content-Type': 'text/plain' }
  const body = writePayload(id, stamp, bytes)
  const { status } = http.post(`${publishUrl}/publish/${channel}`, body, {
    headers,
    timeout: '10s',
  })
  return status
}

function isAccepted(status: number): boolean {
  return status === 200 || status === 202
}

export function handleSummary(summary: Summary): { readonly stdout: string } {
  return { stdout: verdicts(summary, unmeasured(fanOut.thresholds)) }
}
