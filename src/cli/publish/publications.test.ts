import { expect, test } from 'vitest'
import { readWhole } from './publications.ts'

test('chunks are joined into one body', async () => {
  expect(await readWhole(pieces('a', '', 'b'))).toEqual(Buffer.from('ab'))
  expect(await readWhole(pieces())).toHaveLength(0)
})

test('an endless input is refused before it fills the memory', async () => {
  const mebibyte = Buffer.alloc(1024 * 1024)
  let read = 0
  const endless = (async function* () {
    for (; ; read++) yield mebibyte
  })()

  await expect(readWhole(endless)).rejects.toThrow(/^expected at most 67108864 bytes as one event/)
  expect(read).toBe(64)
})

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}
