/** Clients that ask for much and read nothing: they hold no more than the kernel takes, and are cut. */
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest } from '../support/clients/raw-response.ts'
import { HttpService } from '../support/http-service.ts'

const KEEP = ['Connection: keep-alive']
/** More than the kernel's buffers of both ends take together. */
const ASKED_BYTES = 32 * 1024 ** 2

test.for([
  ['that are written at once', 200 * 1024],
  ['that are written in pieces', 1_000 * 1024],
] as const)('answers %s and never read are not made, and the client is cut', async ([, size]) => {
  let polled = 0
  await using service = await HttpService.start({
    settings: { subscriberStall: 1_000 },
    observer: { polled: () => polled++ },
  })
  service.test.log.history.publish('a', 'x'.repeat(size))
  await using client = await RawConnection.open(service.url)
  client.pause()
  const count = Math.ceil(ASKED_BYTES / size)
  client.send(formatRequest('/poll/a?from=earliest', { headers: KEEP }).repeat(count))

  await eventually(async () => expect(await service.connections()).toBe(0))

  expect(polled).toBeGreaterThan(0)
  expect(polled).toBeLessThan(count / 2)
})
