/** Clients that never close a connection which the service has ended. */
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest } from '../support/clients/raw-response.ts'
import { HttpService } from '../support/http-service.ts'

async function untilClosed(service: HttpService): Promise<void> {
  await eventually(async () => expect(await service.connections()).toBe(0))
}

test('a client that keeps its connection after the last answer loses it', async () => {
  await using service = await HttpService.start()
  await using client = await RawConnection.open(service.url)
  client.send(formatRequest('/health/live', { headers: ['Connection: close'] }))
  expect(await client.untilEnd()).toContain('HTTP/1.1 200')
  await untilClosed(service)
})

test('a client that keeps the connection of its ended stream loses it', async () => {
  await using service = await HttpService.start()
  await using client = await RawConnection.open(service.url)
  client.send(formatRequest('/stream/a'))
  await client.until('runnel.open')
  for (const stream of service.service.hub.subscribers) stream.close('shed')
  expect(await client.untilEnd()).toContain('runnel.drain')
  await untilClosed(service)
})

test('a client that ends its stream and never reads the rest loses the connection', async () => {
  await using service = await HttpService.start()
  await using client = await RawConnection.open(service.url)
  client.send(formatRequest('/stream/a'))
  await client.until('runnel.open')
  client.pause()
  const [stream] = service.service.hub.subscribers
  const data = 'x'.repeat(256 * 1024)
  // More than the kernel takes.
  await eventually(() => {
    for (let count = 0; count < 10; count++) service.test.log.history.publish('a', data)
    expect(stream!.pendingBytes).toBeGreaterThan(200 * 1024)
  })
  client.end()
  await untilClosed(service)
})
