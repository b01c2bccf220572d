import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readTextFile } from './read-text-file.ts'

/** In bytes. */
const LONGEST = 64 * 1024

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'text-file-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

test('a file is read whole', async () => {
  const path = join(folder, 'file')
  const text = 'é'.repeat(LONGEST / 2)
  writeFileSync(path, text)

  expect(await readTextFile(path, LONGEST)).toEqual({ kind: 'text', text })
})

test('a byte order mark is no part of the text', async () => {
  const path = join(folder, 'file')
  writeFileSync(path, '\uFEFF{}')

  expect(await readTextFile(path, LONGEST)).toEqual({ kind: 'text', text: '{}' })
})

test('a missing file is absent, not unreadable', async () => {
  writeFileSync(join(folder, 'file'), '')

  expect(await readTextFile(join(folder, 'none'), LONGEST)).toEqual({ kind: 'absent' })
  expect(await readTextFile(join(folder, 'file', 'none'), LONGEST)).toEqual({ kind: 'absent' })
})

test('a file over the limit is refused', async () => {
  const path = join(folder, 'file')
  writeFileSync(path, ' '.repeat(LONGEST + 1))

  expect(await readTextFile(path, LONGEST)).toEqual({
    kind: 'unreadable',
    problem: 'expected at most 65536 bytes',
  })
})

test('an endless device is refused', async () => {
  expect(await readTextFile('/dev/zero', LONGEST)).toMatchObject({ kind: 'unreadable' })
})

test('a file that is not UTF-8 is refused', async () => {
  const path = join(folder, 'file')
  writeFileSync(path, Buffer.from([0x22, 0xff, 0x22]))

  expect(await readTextFile(path, LONGEST)).toMatchObject({ kind: 'unreadable' })
})

test('a directory is refused', async () => {
  const path = join(folder, 'directory')
  mkdirSync(path)

  expect(await readTextFile(path, LONGEST)).toEqual({
    kind: 'unreadable',
    problem: 'expected a file',
  })
})

test('a pipe without a writer is refused without a wait', async () => {
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])

  expect(await readTextFile(path, LONGEST)).toEqual({
    kind: 'unreadable',
    problem: 'expected a file',
  })
})
