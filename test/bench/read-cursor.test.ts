import { createServer, type ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { readCursor } from '../../bench/read-cursor.ts'
import { describeServer } from './fake-server.ts'
import { listenLocally } from '../support/local-server.ts'

/** Finds the position of a stream some turns after its head, as one does that asks a log elsewhere. */
async function startSlow(id: string) {
  const streams = new Set<ServerResponse>()
  const open = (response: ServerResponse) => {
    response.write('id: epoch000-0\nevent: runnel.open\ndata: {}\n\n')
    streams.add(response)
  }
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      for (const stream of streams) stream.write(`${id}data: x\n\n`)
      response.writeHead(200).end('{}')
    } else {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
      setTimeout(() => open(response), 200)
    }
  })
  return listenLocally(server)
}

test('the cursor is the id of an event that was published once the stream stood', async () => {
  await using server = await startSlow('id: epoch000-1\n')
  const { address } = describeServer(server, 'runnel')
  expect(await readCursor(address, 'a')).toBe('epoch000-1')
})

test('an event of a server that gives no ids is no cursor', async () => {
  await using server = await startSlow('id\n')
  const { address } = describeServer(server, 'runnel')
  await expect(readCursor(address, 'a')).rejects.toThrow('expected an event with an id')
})
