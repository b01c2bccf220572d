/** When a refusal ends, and when it is forgotten. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Refusals } from './refusals.ts'
import { newTrouble } from './trouble-codes.ts'

const MINUTE = 60_000
const BROKEN = newTrouble('foreign-data', 'WRONGTYPE')
const IN_A = { operation: 'append', channel: 'a' }
const IN_B = { operation: 'append', channel: 'b' }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

function openRefusals() {
  const told: string[] = []
  const refusals = new Refusals((phase, { channel }) => told.push(`${phase} ${channel}`), MINUTE)
  return { refusals, told }
}

/** As much time as passes until it counts what was accepted, and a round after it. */
function passTime(refusals: Refusals, milliseconds: number): void {
  vi.advanceTimersByTime(milliseconds)
  refusals.reportEnded()
}

test('a publish to one channel says nothing of another channel, which is broken', async () => {
  const { refusals, told } = openRefusals()
  refusals.noteTrouble(BROKEN, IN_A)
  await vi.waitFor(() => {
    expect(told).toEqual(['begins a'])
  })
  vi.advanceTimersByTime(MINUTE)
  refusals.accept(IN_B)
  passTime(refusals, MINUTE)
  expect(refusals.reports).toMatchObject([{ channel: 'a' }])
  refusals.accept(IN_A)
  passTime(refusals, MINUTE)
  expect(refusals.reports).toEqual([])
  expect(told).toEqual(['begins a', 'ends a'])
})

test('a refusal that nobody tries again is forgotten, without a word that it ended', async () => {
  const { refusals, told } = openRefusals()
  refusals.noteTrouble(BROKEN, IN_A)
  await vi.waitFor(() => {
    expect(told).toEqual(['begins a'])
  })
  passTime(refusals, 59 * MINUTE)
  expect(refusals.reports).toMatchObject([{ channel: 'a', seconds: 59 * 60 }])
  passTime(refusals, 2 * MINUTE)
  expect(refusals.reports).toEqual([])
  expect(told).toEqual(['begins a'])
})
