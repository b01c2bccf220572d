import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { newClient, RUNS, startTwo, untilAdmitted, type OpenFleet } from './helpers.suite.ts'

/** A caller opens a stream, keeps it for some turns of the event loop, and closes it or not. */
const stream = fc.record({
  pod: fc.nat(1),
  client: fc.nat(1),
  before: fc.nat(4),
  turns: fc.nat(8),
  isClosed: fc.boolean(),
})
const callerScripts = fc.array(fc.array(stream, { maxLength: 6 }), { minLength: 1, maxLength: 4 })

export function testAdmission(open: OpenFleet): void {
  test('promise 1: of many that ask at once, as many as the limit get in, whichever pod they ask', async () => {
    await using under = await open()
    const [one, other] = await startTwo(under)
    const client = newClient()
    const answers = await Promise.all(
      [one, other, one, other, one, other].map(async ({ fleet }) => fleet.admit(client, 3)),
    )
    expect(answers.filter((isAdmitted) => isAdmitted)).toHaveLength(3)
    for (const { fleet } of [one, other]) expect(await fleet.admit(client, 3)).toBe(false)
    for (const { fleet } of [one, other]) expect(await fleet.admit(newClient(), 1)).toBe(true)
  })

  test('promise 1: no client ever has more streams than its limit, and none of them is lost', async () => {
    await using under = await open()
    const pods = await startTwo(under)
    await fc.assert(
      fc.asyncProperty(callerScripts, fc.integer({ min: 1, max: 4 }), async (scripts, limit) => {
        const clients = [newClient(), newClient()] as const
        const held = [0, 0]
        let most = 0
        await Promise.all(
          scripts.map(async (script) => {
            for (const { pod, client, before, turns, isClosed } of script) {
              await pause(before)
              const { fleet } = pods[pod]!
              if (!(await fleet.admit(clients[client]!, limit))) continue
              most = Math.max(most, ++held[client]!)
              await pause(turns)
              if (!isClosed) continue
              held[client]!--
              fleet.release(clients[client]!)
            }
          }),
        )
        expect(most).toBeLessThanOrEqual(limit)
        for (const [index, client] of clients.entries()) {
          for (let free = limit - held[index]!; free > 0; free--) {
            await untilAdmitted(pods[free % 2]!.fleet, client, limit)
          }
          for (const { fleet } of pods) expect(await fleet.admit(client, limit)).toBe(false)
        }
      }),
      RUNS,
    )
  })

  test('promise 1: a lowered limit refuses new streams until enough of the old ones are closed', async () => {
    await using under = await open()
    const [one, other] = await startTwo(under)
    const client = newClient()
    for (const { fleet } of [one, other, one]) expect(await fleet.admit(client, 3)).toBe(true)
    for (const { fleet } of [one, other]) expect(await fleet.admit(client, 2)).toBe(false)
    one.fleet.release(client)
    for (const { fleet } of [one, other]) expect(await fleet.admit(client, 2)).toBe(false)
    other.fleet.release(client)
    await untilAdmitted(other.fleet, client, 2)
    expect(await one.fleet.admit(client, 2)).toBe(false)
  })

  test('promise 2: a released stream is free for the same pod and for another', async () => {
    await using under = await open()
    const [one, other] = await startTwo(under)
    const client = newClient()
    expect(await one.fleet.admit(client, 1)).toBe(true)
    let holder = one
    for (const next of [other, one, one, other]) {
      expect(await next.fleet.admit(client, 1)).toBe(false)
      holder.fleet.release(client)
      await untilAdmitted(next.fleet, client, 1)
      holder = next
    }
  })

  test('promise 2: a stream that closes while another is refused is free', async () => {
    await using under = await open()
    const [one, other] = await startTwo(under)
    const client = newClient()
    expect(await one.fleet.admit(client, 2)).toBe(true)
    expect(await other.fleet.admit(client, 2)).toBe(true)
    const third = one.fleet.admit(client, 2)
    one.fleet.release(client)
    expect(await third).toBe(false)
    await untilAdmitted(other.fleet, client, 2)
    expect(await one.fleet.admit(client, 2)).toBe(false)
  })
}

async function pause(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await setImmediate()
}
