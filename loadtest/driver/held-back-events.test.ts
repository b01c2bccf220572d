import { beforeEach, expect, test } from 'vitest'
import { HeldBackEvents } from './held-back-events.ts'
import { TallyRecorder } from './tally-recorder.ts'

const MILLISECOND = 1_000

let tally: TallyRecorder

beforeEach(() => {
  tally = new TallyRecorder()
})

/** Each read has the events that were due at these milliseconds, and comes when the last one was. */
function read(reads: readonly (readonly number[])[], punctualSince = 0): void {
  const events = new HeldBackEvents(tally, () => punctualSince * MILLISECOND)
  for (const dues of reads) {
    events.reset()
    for (const due of dues) events.add(due * MILLISECOND, Math.max(...dues) * MILLISECOND)
  }
}

test('events that come as they are due, or with others of the same moment, are not held back', () => {
  read([[0], [50, 60, 69], [1_000]])
  expect(tally.counts).toMatchObject({ heldBack: 0, heldBackLong: 0 })
})

test('a server that collects events for 100 ms holds none back for long', () => {
  read([
    [0, 50, 100],
    [150, 200, 250],
    [300, 350, 400],
  ])
  expect(tally.counts).toMatchObject({ heldBack: 6, heldBackLong: 0 })
})

test('each event that waits for one which is due long after it counts once', () => {
  read([[0, 50, 100, 150, 200, 250, 300]])
  expect(tally.counts).toMatchObject({ heldBack: 6, heldBackLong: 3 })
})

test('events that waited for this process are not held back on the way', () => {
  read([[0, 50, 100, 150, 200, 250, 300]], 75)
  expect(tally.counts).toMatchObject({ heldBack: 4, heldBackLong: 1 })
})
