import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { addressOf } from '../../test/loadtest/driven-load.ts'
import { startFaultyServer, type Fault } from '../../test/loadtest/faulty-server.ts'
import { eventually } from '../../test/support/eventually.ts'
import type { Command, Published } from './commands.ts'
import { Driver } from './driver.ts'

/** Milliseconds that no machine is late by itself. */
const JUMP = 1_000_000

const STREAM = { count: 1, kind: 'stream', reading: { kind: 'at-once' }, from: 'latest' } as const

afterEach(() => {
  vi.restoreAllMocks()
})

/** The clock of this process jumps with each call, as if it had waited. */
function mockClock(): () => void {
  const now = performance.now.bind(performance)
  let ahead = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead)
  return () => {
    ahead += JUMP
  }
}

test.for([
  ['a driver tells how late it was before it judges', 'none', false, true],
  ['judging makes nothing late when all has come', 'none', true, false],
  ['judging makes late what is still missing', 'drop', true, true],
] as const satisfies [string, Fault['kind'], boolean, boolean][])(
  '%s',
  async ([, kind, isByJudging, isLate]) => {
    await using server = await startFaultyServer({ kind, every: 2 })
    const address = addressOf(server.url)
    const driver = await Driver.prepare({
      kind: 'prepare',
      address,
      channels: ['a'],
      runId: 'test',
      driver: 0,
    })
    onTestFinished(async () => driver.close())
    const { signal } = new AbortController()
    const carryOut = async (command: Exclude<Command, { kind: 'prepare' | 'stop' }>) =>
      driver.carryOut(command, signal)
    await carryOut({ kind: 'subscribe', options: STREAM })
    await carryOut({ kind: 'publish-at-once', events: 2, bytes: 60, inFlight: 1 })
    let deliveries = 0
    await eventually(() => {
      deliveries += driver.takeTally().counts.deliveries
      expect(deliveries).toBe(kind === 'drop' ? 1 : 2)
    })

    const wait = mockClock()
    if (!isByJudging) wait()
    const answer = await carryOut({ kind: 'published' })
    const { channels } = (answer as { published: Published }).published
    const published: Published = {
      get channels() {
        if (isByJudging) wait()
        return channels
      },
    }
    await carryOut({ kind: 'judge', published, limit: 0, seen: [] })
    expect(driver.takeTally().driver.loopDelay > JUMP / 2).toBe(isLate)
  },
)
