import { expect, test } from 'vitest'
import { startTestService } from '../support/service.ts'
import { joinCrowd } from './crowd.ts'

/** Large enough that the kernel never closes all of them in time by chance. */
const CROWD = 200

test('a farewell arrives whole and without a reset at clients that have sent bytes unread', async () => {
  await using service = await startTestService()
  const guests = await joinCrowd(service.url, 'news', CROWD)
  const resets: Error[] = []
  const closings = guests.map(async ({ socket }) => {
    socket.on('error', (error) => resets.push(error))
    return new Promise<void>((resolve) => {
      socket.once('close', () => {
        resolve()
      })
    })
  })

  // In the same turn, so that the service writes the farewell before it can read these.
  for (const { socket } of guests) socket.write('x'.repeat(1_000))
  const drained = service.drain.begin()
  await Promise.all([drained, ...closings])

  expect(resets).toEqual([])
  for (const { text } of guests) {
    expect(text).toMatch(
      /\r\nretry: \d+\n\nevent: runnel\.drain\ndata: \{"retry":\d+\}\n\n\r\n0\r\n\r\n$/,
    )
  }
})
