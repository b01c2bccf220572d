import { expect, test } from 'vitest'
import { pollDocument } from '../../src/schema/poll.ts'
import { eventually } from '../support/eventually.ts'
import { parseResponse } from '../support/clients/raw-response.ts'
import { poll, publishText } from '../support/clients/requests.ts'
import { countDescriptors } from '../support/resources.ts'
import { spawnServe } from '../support/serve-process.ts'
import { startTestService } from '../support/service.ts'
import { SteadyReader } from '../support/clients/steady-reader.ts'

const DATA = 'x'.repeat(12 * 1024 ** 2)

test('a large answer that is read steadily arrives whole, though slowly', async () => {
  await using service = await startTestService({
    'subscriber-stall': '1s',
    'body-limit': '16MiB',
    'max-event': '16MiB',
    'history-bytes': '32MiB',
  })
  const id = await publishText(service.url, 'a', DATA)
  await using reader = await SteadyReader.open(service.url, '/poll/a?from=earliest', 1_000_000)
  // The kernel takes more only when 1.3 MB of its buffer are free.
  await eventually(() => expect(reader.receivedBytes).toBeGreaterThan(3_000_000))
  reader.pace = 'full'
  await eventually(() => expect(reader.isEnded).toBe(true))
  const { body } = parseResponse(reader.bytes.toString())
  expect(pollDocument.parse(JSON.parse(body)).events).toMatchObject([{ id, data: DATA }])
})

test('an answer that the client stops reading is cut', async () => {
  await using serve = await spawnServe([
    '--subscriber-stall=1s',
    '--body-limit=16MiB',
    '--max-event=16MiB',
    '--history-bytes=32MiB',
  ])
  const descriptors = countDescriptors(serve)
  await publishText(serve.url, 'a', DATA, { headers: { Connection: 'close' } })
  await eventually(() => expect(countDescriptors(serve)).toBe(descriptors))
  await using reader = await SteadyReader.open(serve.url, '/poll/a?from=earliest', 1_000_000)
  await eventually(() => expect(reader.receivedBytes).toBeGreaterThan(100_000))
  // For moments it has others open, such as that of a table of the kernel.
  await eventually(() => expect(countDescriptors(serve)).toBe(descriptors + 1))

  reader.pace = 'none'

  await eventually(() => expect(countDescriptors(serve)).toBe(descriptors))
  reader.pace = 'full'
  await eventually(() => expect(reader.isEnded).toBe(true))
  expect(reader.receivedBytes).toBeLessThan(DATA.length)
})

test('polls that find no memory for events are told waits that differ', async () => {
  await using service = await startTestService({
    'read-memory': '1MiB',
    'body-limit': '16MiB',
    'max-event': '16MiB',
    'history-bytes': '32MiB',
  })
  const id = await publishText(service.url, 'a', DATA)
  // Its answer takes all the memory for answers, and more than the kernel does.
  await using reader = await SteadyReader.open(service.url, '/poll/a?from=earliest', 1_000_000)
  await eventually(() => expect(reader.receivedBytes).toBeGreaterThan(0))
  reader.pace = 'none'

  const retries: number[] = []
  for (let count = 0; count < 20; count++) {
    const answer = await poll(service.url, '/poll/a?from=earliest&wait=0')
    expect(answer).toMatchObject({ events: [], gaps: [], more: true })
    expect(answer.cursor).not.toBe(id)
    retries.push(answer.retry)
  }
  expect(Math.min(...retries)).toBeGreaterThanOrEqual(500)
  expect(Math.max(...retries)).toBeLessThanOrEqual(1_500)
  expect(new Set(retries).size).toBeGreaterThan(10)
})

test('an answer that was read frees its memory for the next one', async () => {
  await using service = await startTestService({
    'read-memory': '1MiB',
    'body-limit': '16MiB',
    'max-event': '16MiB',
    'history-bytes': '32MiB',
  })
  const id = await publishText(service.url, 'a', DATA)
  for (let count = 0; count < 3; count++) {
    // A poll that does not wait takes no memory away from others. The client may have its answer before the server knows.
    const { events } = await eventually(async () => {
      const answer = await poll(service.url, '/poll/a?from=earliest&wait=0')
      expect(answer.events).toHaveLength(1)
      return answer
    })
    expect(events[0]?.id).toBe(id)
  }
})
