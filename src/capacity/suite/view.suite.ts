import { expect, test } from 'vitest'
import type { PodFacts } from '../fleet.ts'
import { counted, FACTS, startTwo, untilView, type OpenFleet } from './helpers.suite.ts'

export function testViews(open: OpenFleet): void {
  test('promise 4: a pod without others knows that it is alone', async () => {
    await using under = await open()
    const { fleet } = await under.startPod()
    await untilView(fleet, { kind: 'alone' })
    expect(fleet.view).toEqual({ kind: 'alone' })
  })

  test('promise 4: pods count each other as they report themselves, and never themselves', async (ctx) => {
    await using under = await open()
    const [one, other] = await startTwo(under)
    if (one.fleet === other.fleet) return ctx.skip('the fleet has a single pod')
    let facts: PodFacts = { subscribers: 3, limit: 10 }
    const third = await under.startPod(() => facts)
    for (const { fleet } of [one, other]) await untilView(fleet, counted(FACTS, facts))
    await untilView(third.fleet, counted(FACTS, FACTS))
    // Beyond its lowered limit, a pod takes no free slots from the sum of the others.
    facts = { subscribers: 50, limit: 5 }
    for (const { fleet } of [one, other]) await untilView(fleet, counted(FACTS, facts))
    await third.fleet.close()
    for (const { fleet } of [one, other]) await untilView(fleet, counted(FACTS))
    await other.fleet.close()
    await untilView(one.fleet, { kind: 'alone' })
    expect(one.fleet.view).toEqual({ kind: 'alone' })
  })
}
