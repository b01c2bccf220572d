import { expect, test } from 'vitest'
import type { DecodedEvent } from '../wire/decode.ts'
import { readEvents } from './read-events.ts'

async function* bytesOf(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

test('the events of a chunk come together, and a chunk without one is passed over', async () => {
  const chunks = bytesOf('data: a\n\ndata: b\n\ndata:', ' c\n', ':\n', '\ndata: d\n\n', 'data: e')

  const texts: string[][] = []
  for await (const events of readEvents(chunks)) texts.push(events.map(({ data }) => data))

  expect(texts).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
})

test('the next chunk is not taken before the events of the last are', async () => {
  let taken = 0
  const chunks = (async function* () {
    for (; ; taken++) yield Buffer.from(`data: ${taken}\n\n`)
  })()
  const events = readEvents(chunks)

  await events.next()
  expect(taken).toBe(0)
  await events.next()
  expect(taken).toBe(1)
})

test('the events before one that is too large are yielded before the error is thrown', async () => {
  const chunks = bytesOf('data: a\n\n', 'data: b\n\ndata: too large\n\ndata: c\n\n', 'data: d\n\n')
  const yielded: DecodedEvent[] = []
  const reading = async () => {
    for await (const events of readEvents(chunks, { maxEventBytes: 4 })) yielded.push(...events)
  }

  await expect(reading()).rejects.toMatchObject({ reason: 'event-too-large' })
  expect(yielded.map(({ data }) => data)).toEqual(['a', 'b'])
})
