import { expect, test } from 'vitest'
import {
  counted,
  FACTS,
  newClient,
  startTwo,
  untilAdmitted,
  untilView,
  type OpenFleet,
} from './helpers.suite.ts'

export function testOutages(open: OpenFleet): void {
  test('promise 5: a pod that cannot reach the others says so, and holds its own clients to the limit', async (ctx) => {
    await using under = await open()
    const [one, other] = await startTwo(under)
    const { outage } = under
    if (outage === undefined) return ctx.skip('no pods can be parted')
    const client = newClient()
    expect(await one.fleet.admit(client, 2)).toBe(true)
    await outage.begin()
    for (const { fleet } of [one, other]) await untilView(fleet, { kind: 'unknown' })
    expect(await one.fleet.admit(client, 2)).toBe(true)
    expect(await one.fleet.admit(client, 2)).toBe(false)
    const answers = [1, 2, 3].map(async () => other.fleet.admit(client, 2))
    expect(await Promise.all(answers)).toEqual([true, true, false])
    await outage.end()
    for (const { fleet } of [one, other]) await untilView(fleet, counted(FACTS))
  })

  test('promise 5: streams that open in an outage count on all pods after it', async (ctx) => {
    await using under = await open()
    const [one, other] = await startTwo(under)
    const { outage } = under
    if (outage === undefined) return ctx.skip('no pods can be parted')
    const client = newClient()
    await outage.begin()
    expect(await one.fleet.admit(client, 1)).toBe(true)
    await outage.end()
    // Until its streams are reported, the other pod admits one more: it is given back at once.
    await expect
      .poll(
        async () => {
          const isAdmitted = await other.fleet.admit(client, 1)
          if (isAdmitted) other.fleet.release(client)
          return isAdmitted
        },
        { timeout: 20_000 },
      )
      .toBe(false)
    one.fleet.release(client)
    await untilAdmitted(other.fleet, client, 1)
  })

  test('promise 5: streams that close in an outage are free on all pods after it', async (ctx) => {
    await using under = await open()
    const [one, other] = await startTwo(under)
    const { outage } = under
    if (outage === undefined) return ctx.skip('no pods can be parted')
    const client = newClient()
    for (let count = 0; count < 2; count++) expect(await one.fleet.admit(client, 2)).toBe(true)
    expect(await other.fleet.admit(client, 2)).toBe(false)
    await outage.begin()
    for (let count = 0; count < 2; count++) one.fleet.release(client)
    await outage.end()
    for (let count = 0; count < 2; count++) await untilAdmitted(other.fleet, client, 2)
    expect(await other.fleet.admit(client, 2)).toBe(false)
  })
}
