/** Streams whose admission takes long, is refused or fails. */
import { expect, test } from 'vitest'
import { LocalFleet } from '../../src/capacity/local-fleet.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest } from '../support/clients/raw-response.ts'
import { eventually } from '../support/eventually.ts'
import { HttpService } from '../support/http-service.ts'

/** A fleet that admits when the test says so. */
class SlowFleet extends LocalFleet {
  readonly answer = Promise.withResolvers<boolean>()

  override async admit(): Promise<boolean> {
    return this.answer.promise
  }
}

test('a stream ends with a fault where its admission fails', async () => {
  const fleet = new SlowFleet()
  const failures: unknown[] = []
  const failed = (error: unknown) => void failures.push(error)
  await using service = await HttpService.start({ fleet, observer: { failed } })
  await using client = await RawConnection.open(service.url)
  client.send(formatRequest('/stream/a'))
  await eventually(() => expect(service.service.admission.streams).toBe(1))

  const error = new Error('out of order')
  fleet.answer.reject(error)

  expect(await client.untilEnd()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*event: runnel\.fault\n/)
  expect(failures).toEqual([error])
  expect(service.service.admission.streams).toBe(0)
})

test('a client that leaves before it is admitted takes no slot', async () => {
  const fleet = new SlowFleet()
  await using service = await HttpService.start({ fleet })
  await using client = await RawConnection.open(service.url)
  client.send(formatRequest('/stream/a'))
  await eventually(() => expect(service.service.admission.streams).toBe(1))

  client.reset()
  await eventually(async () => expect(await service.connections()).toBe(0))
  fleet.answer.resolve(true)

  await eventually(() => expect(service.service.admission.streams).toBe(0))
  expect(service.service.hub.subscribers.size).toBe(0)
})

test('the head of a refusal does not wait for its cursor', async () => {
  await using service = await HttpService.start({ slots: 0 })
  const { log } = service.test
  log.answering = 'held'
  await using client = await RawConnection.open(service.url)
  client.send(formatRequest('/stream/a'))

  expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/)

  log.answering = 'at-once'
  log.release()
  expect((await client.untilEnd()).match(/HTTP|runnel\.full/g)).toEqual(['HTTP', 'runnel.full'])
})
