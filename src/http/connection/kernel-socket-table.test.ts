import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSocketTable } from './kernel-socket-table.ts'

const ROWS = 20_000
/** A connection with unacknowledged bytes stands among so many closed ones. */
const PERIOD = 7

let folder: string
let path: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'socket-table-'))
  path = join(folder, 'tcp')
  writeFileSync(path, Array.from({ length: ROWS }, (_, index) => `${rowOf(index)}\n`).join(''))
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** The remote port names the row. */
function rowOf(index: number): string {
  const port = index.toString(16).toUpperCase().padStart(4, '0')
  const state = index % PERIOD === 0 ? '01 00000005' : '06 00000000'
  return `${index}: 0110C6C6:1F90 0210C6C6:${port} ${state}:00000000 01:000004FB 00000006     0        0 13542`
}

test('every row of a large table is read once, in order', async () => {
  const connections = await readSocketTable(path)

  const expected = Array.from({ length: Math.ceil(ROWS / PERIOD) }, (_, index) => index * PERIOD)
  expect(connections.map(({ remotePort }) => remotePort)).toEqual(expected)
})

test('a table that is not there is an error', async () => {
  await expect(readSocketTable(join(folder, 'none'))).rejects.toThrow('ENOENT')
})
