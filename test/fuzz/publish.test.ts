import { expect, test } from 'vitest'
import { post } from '../support/clients/requests.ts'
import { sendAll } from './pipelined-requests.ts'
import { LARGE_BODIES, PUBLISH, TYPES } from './publish-arbitraries.ts'
import { samples } from './samples.ts'
import { PATIENT, MonitoredService } from './monitored-service.ts'

const INPUTS = 55_000
const CONNECTIONS = 4

test('fifty-five thousand malformed publishes harm no other client', PATIENT, async () => {
  await using service = await MonitoredService.start(async (url) => {
    await publishAll(url, INPUTS / 10)
  })

  const statuses = await publishAll(service.serve.url, INPUTS)

  expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([])
  expect([...statuses.values()].reduce((sum, count) => sum + count)).toBe(INPUTS)
  expect(await service.findHarm()).toEqual([])
})

test('excessive bodies harm no other client', PATIENT, async () => {
  await using service = await MonitoredService.start(publishLarge)

  const statuses = await publishLarge(service.serve.url)

  expect(statuses.filter((status) => status >= 500)).toEqual([])
  expect(await service.findHarm()).toEqual([])
})

/** Returns how often each status was answered. */
async function publishAll(url: string, count: number): Promise<Map<number, number>> {
  const statuses = new Map<number, number>()
  const inputs = samples(PUBLISH, count)
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () =>
      sendAll(url, inputs, (status) => {
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }),
    ),
  )
  return statuses
}

async function publishLarge(url: string): Promise<number[]> {
  const statuses: number[] = []
  for (const type of TYPES) {
    for (const body of LARGE_BODIES) {
      const answer = await post(`${url}/publish/a`, type, body, { Connection: 'close' })
      statuses.push(answer.status)
    }
  }
  return statuses
}
