import { expect, test } from 'vitest'
import { UNTIMED, writePayload } from './payload.ts'
import {
  RUN_ID,
  deliver,
  finish,
  finishAfter,
  longest,
  open,
  recorder,
  SECOND,
  tally,
} from './recorded-subscriber.ts'

test('time without an event is a pause only from when an event was due', () => {
  const subscriber = recorder()
  open(subscriber, 100)
  deliver(subscriber, 1, 101)
  deliver(subscriber, 2, 109)
  finish(subscriber, 112, 101, 109)
  expect(longest('pause')).toBeUndefined()
  expect(tally.counts.silentAtEnd).toBe(0)
})

test('a pause begins with the first event that was due in it, even if that never comes', () => {
  const subscriber = recorder()
  open(subscriber, 100)
  deliver(subscriber, 1, 101)
  deliver(subscriber, 4, 110)
  finish(subscriber, 111, 101, 104, 107, 110)
  expect(longest('pause')).toBe(6)
})

test('repeats end no pause, and are in no latency', () => {
  const subscriber = recorder()
  open(subscriber, 100)
  deliver(subscriber, 1, 101)
  deliver(subscriber, 1, 101, 105)
  deliver(subscriber, 2, 102, 108)
  finish(subscriber, 109, 101, 102)
  expect(longest('pause')).toBe(6)
  expect(tally.counts).toMatchObject({ deliveries: 2, duplicates: 1 })
  expect(tally.histograms.delivery.count).toBe(2)
})

test('an event of a backlog is delivered, and neither late nor held back', () => {
  const subscriber = recorder()
  open(subscriber, 100)
  deliver(subscriber, 1, 101)
  subscriber.read(2, 102 * SECOND)
  const backlog = writePayload(RUN_ID, 101.5 * SECOND, 2, 50, UNTIMED)
  const live = writePayload(RUN_ID, 102 * SECOND, 3, 50)
  for (const data of [backlog, live]) subscriber.event({ event: 'message', data, id: '' })
  expect(tally.counts).toMatchObject({ deliveries: 3, heldBack: 0 })
  expect(tally.histograms.delivery.count).toBe(2)
})

test('what was missed comes at once, and is not held back; what comes so later is', () => {
  const subscriber = recorder()
  const readTogether = (at: number, events: Readonly<Record<number, number>>) => {
    subscriber.read(2, at * SECOND)
    for (const [number, due] of Object.entries(events)) {
      const data = writePayload(RUN_ID, due * SECOND, Number(number), 50)
      subscriber.event({ event: 'message', data, id: '' })
    }
  }
  open(subscriber, 100)
  deliver(subscriber, 1, 101)
  subscriber.cut('read ECONNRESET', 102 * SECOND)
  open(subscriber, 105)
  readTogether(105, { 2: 103, 3: 104 })
  expect(tally.counts.heldBack).toBe(0)
  readTogether(107, { 4: 106, 5: 107 })
  expect(tally.counts.heldBack).toBe(1)
})

test('what goes on at the end lasts until the last event was due: a server never came back', () => {
  const subscriber = recorder()
  open(subscriber, 100)
  deliver(subscriber, 1, 101)
  subscriber.cut('read ECONNRESET', 102 * SECOND)
  subscriber.connecting(105 * SECOND)
  subscriber.connectFailed('connect ECONNREFUSED')
  finish(subscriber, 120, 101, 104, 107)
  expect([longest('pause'), longest('outage'), longest('connect')]).toEqual([3, 5, 15])
  expect(tally.counts.silentAtEnd).toBe(1)
  expect(tally.reasons.encode()).toEqual({
    cuts: { 'read ECONNRESET': 1 },
    connectFailures: { 'connect ECONNREFUSED': 1 },
  })
})

test('an outage without an event to end it is none', () => {
  const subscriber = recorder()
  open(subscriber, 100)
  deliver(subscriber, 1, 101)
  subscriber.closing('runnel.expire', 'runnel.expire (age)', 102 * SECOND)
  open(subscriber, 103)
  finish(subscriber, 120, 101)
  expect(longest('outage')).toBeUndefined()
  expect(tally.counts.silentAtEnd).toBe(0)
})

test('who never had a place is silent, and so is who has a stream that froze', () => {
  const [refused, frozen] = [recorder(), recorder()]
  refused.connecting(100 * SECOND)
  refused.refused('runnel.full')
  open(frozen, 100)
  finish(refused, 120, 101, 107)
  finish(frozen, 120, 101, 107)
  expect(tally.counts.silentAtEnd).toBe(2)
  expect(tally.histograms.pause.count).toBe(2)
  expect(longest('pause')).toBe(6)
})

test('a last event that one subscriber missed is no pause, however long the judge waited for it', () => {
  const subscriber = recorder()
  open(subscriber, 100)
  deliver(subscriber, 1, 101)
  finish(subscriber, 132, 101, 102)
  expect(longest('pause')).toBeUndefined()
  expect(tally.counts.silentAtEnd).toBe(1)
})

test('who gets a place at last was silent since the first attempt', () => {
  const subscriber = recorder()
  subscriber.connecting(100 * SECOND)
  subscriber.refused('status 503')
  open(subscriber, 160)
  deliver(subscriber, 1, 161)
  finish(subscriber, 162, 101, 161)
  expect(longest('pause')).toBe(60)
  expect(tally.counts.silentAtEnd).toBe(0)
})

test('who gets its place after the last event was due has waited, and is not silent', () => {
  const subscriber = recorder()
  subscriber.connecting(100 * SECOND)
  subscriber.refused('status 503')
  open(subscriber, 110)
  finish(subscriber, 120, 101, 104, 107)
  expect(longest('pause')).toBe(6)
  expect(tally.counts.silentAtEnd).toBe(0)
})

test.for(['refused', 'unknown'] as const)(
  'a last event whose publish was %s leaves nobody silent, and several in a row do',
  (outcome) => {
    const [one, several] = [recorder(), recorder()]
    for (const subscriber of [one, several]) {
      open(subscriber, 100)
      deliver(subscriber, 1, 101)
    }
    finishAfter(one, 120, { 101: '', 104: outcome })
    expect(tally.counts.silentAtEnd).toBe(0)
    finishAfter(several, 120, { 101: '', 104: outcome, 107: outcome })
    expect(tally.counts.silentAtEnd).toBe(1)
  },
)

test('who was closed, came later or reads slowly is not silent', () => {
  const [closed, late, slow] = [recorder(), recorder(), recorder({ reading: { kind: 'never' } })]
  for (const subscriber of [closed, slow]) open(subscriber, 100)
  deliver(slow, 1, 101, 106)
  open(late, 108)
  closed.closed()
  for (const subscriber of [closed, late, slow]) finish(subscriber, 120, 101, 107)
  expect(tally.counts.silentAtEnd).toBe(0)
  expect(longest('pause')).toBeUndefined()
})

test('who resumes is caught up with the last event that was due before', () => {
  const subscriber = recorder()
  open(subscriber, 100)
  deliver(subscriber, 1, 101)
  subscriber.cut('read ECONNRESET', 102 * SECOND)
  subscriber.connecting(105 * SECOND)
  subscriber.connectFailed('connect ECONNREFUSED')
  open(subscriber, 107)
  subscriber.read(0, 107 * SECOND)
  subscriber.event({ event: 'runnel.open', data: '{}', id: '' })
  deliver(subscriber, 2, 103, 110)
  deliver(subscriber, 3, 106, 119)
  deliver(subscriber, 4, 120)
  expect([longest('firstEvent'), longest('caughtUp')]).toEqual([2, 14])
  expect(tally.histograms.caughtUp.count).toBe(1)
})
