import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { PeerProgress } from './peer-progress.ts'

const LIMIT = 1_000

/** A connection on which bytes move when the test says so. */
class Connection {
  /** What the kernel shows of its own queue; undefined where it shows nothing. */
  sendQueue: number | undefined = 4_000_000
  looks = 0
  readonly socket = { bytesWritten: 9_000_000, writableLength: 1_000_000 } as Socket
  readonly progress: PeerProgress

  constructor(now: number) {
    this.progress = new PeerProgress(this.socket, now, async () => {
      this.looks++
      return this.sendQueue
    })
  }

  /** The peer takes something, and the kernel has room for nothing more. */
  read(): void {
    this.sendQueue! -= 1
  }

  /** The kernel takes something of what is pending. */
  take(): void {
    Object.assign(this.socket, { writableLength: this.socket.writableLength - 1 })
  }

  /** Asks, and lets the answer of the kernel come. */
  async ask(now: number): Promise<boolean> {
    const isStalled = this.progress.isStalled(now, LIMIT)
    await setImmediate()
    return isStalled
  }
}

const steps = fc.integer({ min: 10, max: 2 * LIMIT })
const starts = fc.integer({ min: 0, max: 1_000_000 })
const scripts = fc.array(
  fc.record({
    after: fc.integer({ min: 1, max: 2 * LIMIT }),
    by: fc.constantFrom('read' as const, 'take' as const),
  }),
  { maxLength: 20 },
)

type By = 'read' | 'take'

function schedule(script: readonly { after: number; by: By }[], start: number) {
  let at = start
  return script.map(({ after, by }) => ({ at: (at += after), by }))
}

test('a peer is stalled once no byte has moved for the limit, and soon after', async () => {
  await fc.assert(
    fc.asyncProperty(
      starts,
      steps,
      scripts,
      fc.boolean(),
      async (start, step, script, hasTable) => {
        const connection = new Connection(start)
        if (!hasTable) connection.sendQueue = undefined
        const moves = schedule(script, start).filter(({ by }) => by === 'take' || hasTable)
        const quietAt = (now: number) => now - (moves.findLast(({ at }) => at <= now)?.at ?? start)

        let now = start
        let next = 0
        while (!(await connection.ask(now))) {
          expect(quietAt(now)).toBeLessThanOrEqual(1.25 * LIMIT + 4 * step)
          now += step
          for (; next < moves.length && moves[next]!.at <= now; next++)
            connection[moves[next]!.by]()
        }

        // It may have moved since the last look, which was an asking ago.
        expect(quietAt(now - step)).toBeGreaterThanOrEqual(LIMIT)
      },
    ),
    { numRuns: 500 },
  )
})

test('a peer that takes little, but always within the limit, is never stalled', async () => {
  const connection = new Connection(0)
  for (let now = 100; now <= 100 * LIMIT; now += 100) {
    if (now % 900 === 0) connection.read()
    expect(await connection.ask(now)).toBe(false)
  }
  expect(connection.looks).toBeLessThanOrEqual(8 * 100)
})

test('no peer is stalled as long as the kernel has not answered', () => {
  const progress = new PeerProgress(
    { bytesWritten: 2, writableLength: 1 } as Socket,
    0,
    async () => new Promise<never>(() => undefined),
  )
  for (let now = 0; now < 10 * LIMIT; now += 100) {
    expect(progress.isStalled(now, LIMIT)).toBe(false)
  }
})

test('the kernel is asked for all connections at the same moments, eight times within the limit', async () => {
  const connections = [3, 41, 77].map((start) => new Connection(start))
  const moments = new Set<number>()
  for (let now = 80; now <= 80 + LIMIT; now += 10) {
    const before = connections.map(({ looks }) => looks)
    for (const connection of connections) await connection.ask(now)
    if (connections.some(({ looks }, index) => looks > before[index]!)) moments.add(now)
  }
  expect(moments.size).toBe(8)
})
