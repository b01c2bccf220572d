import { once } from 'node:events'
import { expect, test } from 'vitest'
import { startTestService } from '../support/service.ts'
import { openStreams } from './many-streams.ts'

/** Enough streams that a reset would hit some of them. */
const STREAMS = 200

test('a closing event arrives whole and without a reset at clients that are still sending', async () => {
  await using service = await startTestService()
  const guests = await openStreams(service.url, 'news', STREAMS)
  const resets: Error[] = []
  const closings = guests.map(async ({ socket }) => {
    const noise = setInterval(() => socket.write('x'), 1)
    socket.once('end', () => {
      clearInterval(noise)
    })
    socket.on('error', (error) => resets.push(error))
    await once(socket, 'close')
    clearInterval(noise)
  })

  await Promise.all([service.drain.begin(), ...closings])

  expect(resets).toEqual([])
  for (const { text } of guests) {
    expect(text).toMatch(
      /\r\nretry: \d+\nevent: runnel\.drain\ndata: \{"retry":\d+\}\n\n\r\n0\r\n\r\n$/,
    )
  }
})
