/** Bytes behind a request that waits stay with the client, and none of them is lost. */
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest } from '../support/clients/raw-response.ts'
import { poll, publishText } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

const KEEP = ['Connection: keep-alive']
const CHECK = formatRequest('/health/live', { headers: KEEP })

/** A connection with a poll that is held, and `text` behind it. */
async function sendBehindPoll(service: TestService, text: string): Promise<RawConnection> {
  const { cursor } = await poll(service.url, '/poll/queue')
  const connection = await RawConnection.open(service.url)
  connection.send(formatRequest(`/poll/queue?wait=55&lastEventId=${cursor}`, { headers: KEEP }))
  await eventually(() => expect(service.snapshot()).toMatchObject({ polls: 1 }))
  connection.send(text)
  return connection
}

/** Returns once the service takes no more of what the client has to send. */
async function untilPaused(service: TestService, connection: RawConnection): Promise<void> {
  for (let unsent = Infinity; connection.unsentBytes < unsent;) {
    unsent = connection.unsentBytes
    // Each is answered in a turn of the event loop, in which the service reads what it wants of all connections.
    for (let turn = 0; turn < 50; turn++) await (await fetch(`${service.url}/health/live`)).text()
  }
}

test('requests by the megabyte behind a held poll are not read before their turn', async () => {
  await using service = await startTestService()
  const bytes = 32 * 1024 ** 2
  await using connection = await sendBehindPoll(service, CHECK.repeat(bytes / CHECK.length))
  await untilPaused(service, connection)
  expect(connection.unsentBytes).toBeGreaterThan(bytes / 4)
})

test('requests that come in many packets behind a held poll are all answered', async () => {
  await using service = await startTestService()
  const count = 10_000
  await using connection = await sendBehindPoll(service, CHECK.repeat(count))
  await untilPaused(service, connection)

  await publishText(service.url, 'queue', 'released')

  await eventually(() => expect(connection.text.split('{"status":"ok"}')).toHaveLength(count + 1))
  expect(connection.text).not.toContain('HTTP/1.1 4')
})
