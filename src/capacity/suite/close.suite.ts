import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import {
  counted,
  FACTS,
  newClient,
  startTwo,
  untilAdmitted,
  untilView,
  type OpenFleet,
} from './helpers.suite.ts'

export function testClosing(open: OpenFleet): void {
  test('promise 2: all that a pod held is free once it has closed', async (ctx) => {
    await using under = await open()
    const [staying, leaving] = await startTwo(under)
    if (staying.fleet === leaving.fleet) return ctx.skip('the fleet has a single pod')
    const clients = [newClient(), newClient(), newClient()]
    for (const client of clients) {
      expect(await leaving.fleet.admit(client, 1)).toBe(true)
      expect(await staying.fleet.admit(client, 1)).toBe(false)
    }
    await leaving.fleet.close()
    for (const client of clients) expect(await staying.fleet.admit(client, 1)).toBe(true)
  })

  test('promise 3: a pod that crashes is forgotten, its clients with it', async (ctx) => {
    await using under = await open()
    const [staying, crashing] = await startTwo(under)
    if (staying.fleet === crashing.fleet) return ctx.skip('the fleet has a single pod')
    const client = newClient()
    expect(await crashing.fleet.admit(client, 2)).toBe(true)
    expect(await staying.fleet.admit(client, 2)).toBe(true)
    expect(await staying.fleet.admit(client, 2)).toBe(false)
    crashing.crash()
    await untilAdmitted(staying.fleet, client, 2)
    expect(await staying.fleet.admit(client, 2)).toBe(false)
    await untilView(staying.fleet, { kind: 'alone' })
  })

  test('promise 6: a closed pod reads no facts, and may be closed again and told of its last streams', async () => {
    await using under = await open()
    let readings = 0
    const closing = await under.startPod(() => {
      readings++
      return FACTS
    })
    const staying = await under.startPod()
    const client = newClient()
    expect(await closing.fleet.admit(client, 1)).toBe(true)
    await Promise.all([closing.fleet.close(), closing.fleet.close()])
    await closing.fleet.close()
    const read = readings
    closing.fleet.release(client)
    if (staying.fleet === closing.fleet) return
    // A witness that comes and goes shows that heartbeats have passed meanwhile.
    const witness = await under.startPod()
    await untilView(staying.fleet, counted(FACTS))
    await witness.fleet.close()
    await untilView(staying.fleet, { kind: 'alone' })
    await eventually(async () => {
      expect(await staying.fleet.admit(client, 1)).toBe(true)
    })
    expect(readings).toBe(read)
  })
}
