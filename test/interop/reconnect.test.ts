/** Every client with reconnects sends the id that the standard demands. */
import { afterAll, expect, test } from 'vitest'
import { createClients } from './clients.ts'
import { startStreamServer } from './stream-server.ts'

const clients = createClients()

afterAll(() => clients.close())

const streams = [
  ['an id without data', 'id: 7\n\n', '7'],
  ['an id of an event', 'id: 7\ndata: a\n\n', '7'],
  ['the last finished id', 'id: 1\ndata: a\n\nid: 2\ndata: half', '1'],
  ['the last finished id without data', 'id: 1\n\nid: 2\n', '1'],
  ['no id after a reset', 'id: 1\ndata: a\n\nid\n\n', undefined],
] as const

const cases = clients.reconnecting.flatMap((client) =>
  streams.map(([what, stream, id]) => ({ client, name: client.name, what, stream, id })),
)

test.for(cases)('$name reconnects with $what', async ({ client, stream, id }, { signal }) => {
  const ids: (string | undefined)[] = []
  await using server = await startStreamServer(({ lastEventId }) => {
    ids.push(lastEventId)
    const chunks = ids.length === 1 ? ['retry: 10\n\n', stream] : ['event: again\ndata:\n\n']
    return { chunks, ends: ids.length === 1 }
  })
  await client.collect(server.url, {
    names: ['again'],
    until: (events) => events.at(-1)?.event === 'again',
    reconnects: true,
    signal,
  })
  expect(ids).toEqual([undefined, id])
})
