/** Clients that connect and send nothing. */
import { expect, test } from 'vitest'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { startTestService } from '../support/service.ts'

test('a client that sends nothing is told so', async () => {
  await using service = await startTestService({ 'header-timeout': '50ms' })
  await using silent = await RawConnection.open(service.url)

  const answer = await silent.untilEnd()

  expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
  expect(answer).toContain('"detail":"expected the whole request sooner"')
})

test('a client may cut its connection after it was told so', async () => {
  await using service = await startTestService({ 'header-timeout': '50ms' })
  const uncaught: unknown[] = []
  const note = (error: unknown) => uncaught.push(error)
  process.prependListener('uncaughtException', note)
  await using silent = await RawConnection.open(service.url)
  await silent.until('408')

  silent.reset()

  // Answered after the service has seen the cut.
  await (await fetch(`${service.url}/health/live`)).text()
  process.off('uncaughtException', note)
  expect(uncaught).toEqual([])
})
