import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LONGEST_CAPACITY_FILE, readCapacityText } from './read-capacity-text.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capacity-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

test('a file is read whole', async () => {
  const path = join(folder, 'file')
  const text = 'é'.repeat(LONGEST_CAPACITY_FILE / 2)
  writeFileSync(path, text)

  expect(await readCapacityText(path)).toEqual({ kind: 'text', text })
})

test('a byte order mark is no part of the text', async () => {
  const path = join(folder, 'file')
  writeFileSync(path, '\uFEFF{}')

  expect(await readCapacityText(path)).toEqual({ kind: 'text', text: '{}' })
})

test('where there is no file, the answer is absence', async () => {
  writeFileSync(join(folder, 'file'), '')

  expect(await readCapacityText(join(folder, 'none'))).toEqual({ kind: 'absent' })
  expect(await readCapacityText(join(folder, 'file', 'none'))).toEqual({ kind: 'absent' })
})

test('a file over the limit is refused', async () => {
  const path = join(folder, 'file')
  writeFileSync(path, ' '.repeat(LONGEST_CAPACITY_FILE + 1))

  expect(await readCapacityText(path)).toEqual({
    kind: 'unreadable',
    problem: 'expected at most 65536 bytes',
  })
})

test('an endless device is refused', async () => {
  expect(await readCapacityText('/dev/zero')).toMatchObject({ kind: 'unreadable' })
})

test('what is not UTF-8 is refused', async () => {
  const path = join(folder, 'file')
  writeFileSync(path, Buffer.from([0x22, 0xff, 0x22]))

  expect(await readCapacityText(path)).toMatchObject({ kind: 'unreadable' })
})

test('a directory is refused', async () => {
  const path = join(folder, 'directory')
  mkdirSync(path)

  expect(await readCapacityText(path)).toEqual({
    kind: 'unreadable',
    problem: 'expected a file',
  })
})

test('a pipe without a writer is refused and holds nobody up', async () => {
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])

  expect(await readCapacityText(path)).toEqual({
    kind: 'unreadable',
    problem: 'expected a file',
  })
})
