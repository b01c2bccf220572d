/** The deliveries of a hub, under random scripts of events in the log, the network and the clients. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { passTurns } from '../../test/support/clients/hub-client.ts'
import { ScriptedFleet, type ClientStep, type Step } from '../../test/support/scripted-fleet.ts'

beforeEach(() => {
  // Turns of the event loop stay real; the script moves the clock for timers.
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
  })
})

afterEach(() => {
  vi.useRealTimers()
})

type Fields<S> = { [F in Exclude<keyof S, 'do'>]: fc.Arbitrary<S[F]> }

function stepOf<K extends Step['do']>(name: K, fields: Fields<Extract<Step, { do: K }>>) {
  return fc.record({ do: fc.constant(name), ...fields }) as unknown as fc.Arbitrary<
    Extract<Step, { do: K }>
  >
}

function scripts<S>(steps: readonly (readonly [number, fc.Arbitrary<S>])[], maxLength: number) {
  const weighted = steps.map(([weight, arbitrary]) => ({ weight, arbitrary }))
  return fc.array(fc.oneof(...weighted), { minLength: 5, maxLength, size: 'max' })
}

const channel = fc.constantFrom('a', 'b')
const pod = fc.nat(1)
const client = fc.nat(6)
const from = fc.oneof(
  fc.constantFrom('latest' as const, 'earliest' as const),
  fc.record({ last: fc.integer({ min: 1, max: 5 }) }),
)
// Some fill a subscriber's buffer, some a batch.
const length = fc.oneof(
  { weight: 8, arbitrary: fc.nat(30) },
  { weight: 2, arbitrary: fc.integer({ min: 500, max: 3_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 30_000, max: 70_000 }) },
)
const lengths = fc.array(length, { minLength: 1, maxLength: 5 })
const notify = stepOf('notify', { pod, how: fc.constantFrom('at-once', 'twice', 'late', 'lost') })
const deliverLate = stepOf('deliver-late', {
  pod,
  order: fc.constantFrom('in-order', 'newest-first'),
})
const answer = stepOf('answer', {
  pod,
  how: fc.constantFrom('at-once', 'held', 'failing'),
  areRepliesLate: fc.boolean(),
})
const publish = stepOf('publish', { channel, lengths })
const poll = stepOf('poll', {
  client,
  pod,
  from,
  limit: fc.integer({ min: 1, max: 6 }),
  count: fc.integer({ min: 1, max: 6 }),
})
const pass = stepOf('pass', { turns: fc.integer({ min: 1, max: 4 }) })
const wait = stepOf('wait', { ms: fc.constantFrom(5, 20, 100, 1_000, 6_000) })

const fleetScripts = scripts<Step>(
  [
    [20, publish],
    [6, notify],
    [4, deliverLate],
    [6, stepOf('trim', { channel, count: fc.integer({ min: 1, max: 6 }) })],
    [6, stepOf('fail-over', { lost: fc.nat(4) })],
    [1, stepOf('flush', {})],
    [6, stepOf('doubt', { pod })],
    [16, stepOf('open', { client, pod, from })],
    [8, stepOf('break', { client, bytes: fc.nat(2_000) })],
    [8, poll],
    [8, stepOf('stick', { client })],
    [10, stepOf('drain', { client, writes: fc.integer({ min: 1, max: 3 }) })],
    [2, stepOf('close', { client })],
    [4, answer],
    [8, stepOf('release', { pod, index: fc.nat(3) })],
    [24, pass],
    [6, wait],
  ],
  120,
)

test.each([
  { flushInterval: 0, numRuns: 600 },
  { flushInterval: 20, numRuns: 600 },
])(
  'under any script, each client gets each event once and in order, or a true gap: $flushInterval ms',
  async ({ flushInterval, numRuns }) => {
    // Several of each kind, so that there are groups, and readers on their way to join them.
    const selections = [['a'], ['a'], ['a'], ['a', 'b'], ['a', 'b'], ['a', 'b'], ['b']]
    await fc.assert(
      fc.asyncProperty(fleetScripts, async (script) => {
        expect(await play(selections, script, flushInterval)).toEqual([])
      }),
      { numRuns },
    )
  },
)

const CROWD = 700

const crowdStep = fc.oneof(
  stepOf('open', { client: fc.constant(0), pod: fc.constant(0), from }),
  stepOf('break', { client: fc.constant(0), bytes: fc.nat(500) }),
  stepOf('stick', { client: fc.constant(0) }),
  stepOf('drain', { client: fc.constant(0), writes: fc.integer({ min: 1, max: 3 }) }),
  stepOf('close', { client: fc.constant(0) }),
)
/** One step of some neighbors in the crowd, more than are written to in one turn. */
const crowdSteps = fc
  .tuple(crowdStep, fc.nat(CROWD - 1), fc.constantFrom(1, 50, 300, 600))
  .map(([one, first, count]): ClientStep[] =>
    Array.from({ length: count }, (_, index) => ({ ...one, client: (first + index) % CROWD })),
  )
const crowdScripts = scripts<Step | ClientStep[]>(
  [
    [6, stepOf('publish', { channel: fc.constant('a'), lengths })],
    [3, stepOf('trim', { channel: fc.constant('a'), count: fc.integer({ min: 1, max: 6 }) })],
    [1, stepOf('fail-over', { lost: fc.nat(3) })],
    [2, stepOf('doubt', { pod: fc.constant(0) })],
    [8, crowdSteps],
    [8, stepOf('pass', { turns: fc.integer({ min: 1, max: 3 }) })],
    [3, wait],
  ],
  30,
)

test.each([0, 20])(
  'a fan-out in slices loses, repeats and reorders nothing while members come, go and lag: %i ms',
  async (flushInterval) => {
    const selections = Array.from({ length: CROWD }, () => ['a'])
    const everyone = Array.from({ length: CROWD }, (_, index): ClientStep => {
      return { do: 'open', client: index, pod: 0, from: 'latest' }
    })
    await fc.assert(
      fc.asyncProperty(crowdScripts, async (script) => {
        const whole = [...everyone, { do: 'pass', turns: 5 } as const, ...script.flat()]
        expect(await play(selections, whole, flushInterval)).toEqual([])
      }),
      { numRuns: 20 },
    )
  },
)

/** Returns the faults that are found in the end. */
async function play(
  selections: readonly string[][],
  script: readonly Step[],
  flushInterval: number,
): Promise<readonly unknown[]> {
  const fleet = new ScriptedFleet(selections, flushInterval)
  try {
    for (const step of script) await fleet.run(step)
    return await fleet.settle()
  } finally {
    fleet.close()
    await passTurns(2)
  }
}
