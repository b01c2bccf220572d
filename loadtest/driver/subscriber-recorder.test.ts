import { expect, test } from 'vitest'
import { deliver, longest, open, recorder, SECOND, tally } from './recorded-subscriber.ts'

test('streams that the server ends are counted by how it ends them', () => {
  const subscriber = recorder()
  const reasons = {
    'runnel.drain': 'runnel.drain',
    'runnel.expire': 'runnel.expire (token)',
    'runnel.fault': 'runnel.fault (a failure)',
    'runnel.full': 'runnel.full (log)',
  }
  for (const [name, reason] of Object.entries(reasons)) {
    open(subscriber, 100)
    subscriber.closing(name, reason, 101 * SECOND)
  }
  expect(tally.counts).toMatchObject({ drains: 1, expiries: 1, faults: 2, cuts: 0, refusals: 0 })
  expect(tally.reasons.encode()).toEqual({
    drains: { 'runnel.drain': 1 },
    expiries: { 'runnel.expire (token)': 1 },
    faults: { 'runnel.fault (a failure)': 1, 'runnel.full (log)': 1 },
  })
})

test('attempts that failed are part of the time to connect', () => {
  const subscriber = recorder()
  subscriber.connecting(100 * SECOND)
  subscriber.connectFailed('connect ECONNREFUSED')
  subscriber.connecting(110 * SECOND)
  subscriber.refused('status 503')
  open(subscriber, 120)
  deliver(subscriber, 1, 121)
  expect([longest('connect'), longest('firstEvent')]).toEqual([20, 21])
  expect(tally.histograms.connect.count).toBe(1)
})

test('going over to polls is no reconnect, and coming back after an end is', () => {
  const subscriber = recorder()
  open(subscriber, 100)
  open(subscriber, 101)
  expect(tally.counts).toMatchObject({ connects: 1, reconnects: 0 })
  subscriber.cut('read ECONNRESET', 102 * SECOND)
  open(subscriber, 105)
  open(subscriber, 106)
  expect(tally.counts).toMatchObject({ connects: 1, reconnects: 1 })
})

test('without positions no order is expected', () => {
  const subscriber = recorder()
  open(subscriber, 100)
  for (const number of [2, 1, 2]) deliver(subscriber, number, 101)
  expect(tally.counts).toMatchObject({ holes: 0, reorderings: 0, duplicates: 1 })
})

test('cuts and gaps of those that read slowly on purpose count apart', () => {
  const [healthy, slow] = [recorder({}, true), recorder({ reading: { kind: 'never' } }, true)]
  const [from, to] = ['AAAAAAAA-1', 'AAAAAAAA-7']
  const data = JSON.stringify({ channel: 'a', reason: 'trimmed', from, to, missed: 7 })
  for (const subscriber of [healthy, slow]) {
    open(subscriber, 100)
    subscriber.cut('read ECONNRESET', 101 * SECOND)
    open(subscriber, 102)
    subscriber.event({ event: 'runnel.gap', data, id: to })
  }
  expect(tally.counts).toMatchObject({ cuts: 1, slowCuts: 1, gaps: 1, slowGaps: 1, reconnects: 2 })
  expect(tally.reasons.encode()).toEqual({ cuts: { 'read ECONNRESET': 1 } })
})
