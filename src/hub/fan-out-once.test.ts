/** Each traced append is one fan-out in a process, whatever the ways and the order in which the process learns of it. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { passTurns } from '../../test/support/clients/hub-client.ts'
import { traceContext } from '../../test/support/recording-tracing.ts'
import { holdClock, TestHub } from '../../test/support/test-hub.ts'

const CLIENTS = [['a'], ['a'], ['a', 'b'], ['b']]

const channel = fc.constantFrom('a', 'b')
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      publish: channel,
      // More than one read returns, now and then.
      events: fc.oneof(
        { weight: 20, arbitrary: fc.integer({ min: 1, max: 3 }) },
        { weight: 1, arbitrary: fc.constant(700) },
      ),
      isTraced: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ notifying: fc.constantFrom('at-once', 'twice', 'late', 'lost') }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ announcing: fc.constantFrom('before', 'after', 'late') }),
  },
  { weight: 2, arbitrary: fc.record({ deliverLate: fc.constantFrom('in-order', 'newest-first') }) },
  { weight: 2, arbitrary: fc.constant({ announceLate: true }) },
  { weight: 4, arbitrary: fc.record({ open: fc.nat(CLIENTS.length - 1) }) },
  { weight: 4, arbitrary: fc.record({ leave: fc.nat(CLIENTS.length - 1) }) },
  {
    weight: 1,
    arbitrary: fc.record({ stick: fc.nat(CLIENTS.length - 1), isStuck: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ failOver: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ trim: channel, count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.constant({ flush: true }) },
  { weight: 2, arbitrary: fc.constant({ doubt: true }) },
  {
    weight: 2,
    arbitrary: fc.record({
      answering: fc.constantFrom('at-once', 'held', 'failing'),
      areRepliesLate: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ release: true }) },
  { weight: 6, arbitrary: fc.record({ turns: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ wait: fc.constantFrom(100, 1_000, 6_000) }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

test('under any script, each traced append is one fan-out, which ends once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }),
      async (script) => {
        using clock = holdClock()
        using pod = new TestHub()
        pod.settings.subscriberBuffer = 100
        const published = await play(pod, script, clock)
        await settle(pod, clock)
        const traced = pod.tracing.fanOuts.map(({ arrival }) => arrival.trace.traceparent)
        expect(traced.toSorted()).toEqual(published.toSorted())
        for (const { ends } of pod.tracing.fanOuts) expect(ends).toHaveLength(1)
      },
    ),
    { numRuns: 500 },
  )
})

/** Returns the contexts of the traced appends. */
async function play(
  pod: TestHub,
  script: readonly Step[],
  clock: { pass(milliseconds: number): void },
): Promise<readonly string[]> {
  const { log } = pod
  const clients = CLIENTS.map((channels) => pod.newClient(channels))
  const published: string[] = []
  for (const [number, each] of script.entries()) {
    if ('publish' in each) {
      const trace = traceContext(number + 1)
      const event = { name: 'message', data: 'x'.repeat(40), ...(each.isTraced ? { trace } : {}) }
      if (each.isTraced) published.push(trace.traceparent)
      log.history.append(
        each.publish,
        Array.from({ length: each.events }, () => event),
      )
    } else if ('notifying' in each) Object.assign(log, each)
    else if ('announcing' in each) Object.assign(log, each)
    else if ('deliverLate' in each) log.deliverLate(each.deliverLate)
    else if ('announceLate' in each) log.announceLate()
    else if ('open' in each) clients[each.open]!.open(pod.hub, 'earliest')
    else if ('leave' in each) clients[each.leave]!.leave()
    else if ('stick' in each) clients[each.stick]!.isStuck = each.isStuck
    else if ('failOver' in each) log.history.failOver(each.failOver)
    else if ('trim' in each) log.history.trim(each.trim, each.count)
    else if ('flush' in each) log.history.flush()
    else if ('doubt' in each) log.invalidate()
    else if ('answering' in each) Object.assign(log, each)
    else if ('release' in each) log.release()
    else if ('turns' in each) await passTurns(each.turns)
    else {
      clock.pass(each.wait)
      await passTurns()
    }
  }
  return published
}

/** Lets everything arrive that the script holds back. */
async function settle(
  { log }: TestHub,
  clock: { pass(milliseconds: number): void },
): Promise<void> {
  log.announceLate()
  log.deliverLate()
  log.answering = 'at-once'
  log.release()
  for (let seconds = 0; seconds < 8; seconds++) {
    await passTurns(4)
    clock.pass(1_000)
  }
}
