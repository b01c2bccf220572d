import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { parseCapacityFile } from './capacity-file.ts'
import { CapacityFileWatch } from './capacity-file-watch.ts'
import type { LiveConfig } from './config-values.ts'
import { SERVE_TABLE } from './serve/serve-table.ts'

let folder = ''
let path = ''
let watch: CapacityFileWatch<LiveConfig<typeof SERVE_TABLE>>
let limits: (number | undefined)[] = []
let problems: string[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capacity-'))
  path = join(folder, 'capacity.json')
  limits = []
  problems = []
  watch = new CapacityFileWatch({
    path,
    parse: (text) => parseCapacityFile(SERVE_TABLE, text),
    interval: 5,
    onChange: (file) => limits.push(file?.maxStreams),
    onProblem: (problem) => problems.push(problem),
  })
})

afterEach(() => {
  watch.close()
  rmSync(folder, { recursive: true })
})

test('a missing file is no problem', async () => {
  await watch.look()

  expect(watch.state).toEqual({ path, state: 'absent' })
  expect(watch.file).toBeUndefined()
  expect(limits).toEqual([])
})

test('the file is in force once the watch has started', async () => {
  write('{"limit":5}')

  await watch.start()

  expect(watch.state).toEqual({ path, state: 'active' })
  expect(watch.file).toMatchObject({ maxStreams: 5 })
  expect(limits).toEqual([5])
})

test('changes are found while it runs', async () => {
  await watch.start()

  write('{"limit":5}')
  await vi.waitFor(() => expect(limits).toEqual([5]))
  write('{"limit":6}')
  await vi.waitFor(() => expect(limits.at(-1)).toBe(6))
})

test('an invalid file keeps the last valid one in force and is reported once', async () => {
  write('{"limit":5}')
  await watch.look()

  write('{"limit":0}')
  await watch.look()
  await watch.look()

  const problem = 'limit: expected a whole number from 1 to 1000000, got "0"'
  expect(watch.state).toEqual({ path, state: 'invalid', problem })
  expect(watch.file).toMatchObject({ maxStreams: 5 })
  expect(problems).toEqual([problem])
  expect(limits).toEqual([5])
})

test('another invalid content is reported again, and a valid one ends the problem', async () => {
  write('{')
  await watch.look()
  write('{"limit":-1}')
  await watch.look()
  write('{"limit":7}')
  await watch.look()

  expect(problems).toHaveLength(2)
  expect(watch.state).toEqual({ path, state: 'active' })
  expect(limits).toEqual([7])
})

test('a path that cannot be read is reported once', async () => {
  mkdirSync(path)

  await watch.look()
  await watch.look()

  expect(watch.state).toEqual({ path, state: 'invalid', problem: 'expected a file' })
  expect(problems).toEqual(['expected a file'])
})

test('when the file is removed, flags and variables are in force again', async () => {
  write('{"limit":5}')
  await watch.look()

  rmSync(path)
  await watch.look()

  expect(watch.state).toEqual({ path, state: 'absent' })
  expect(watch.file).toBeUndefined()
  expect(limits).toEqual([5, undefined])
})

test('a mounted ConfigMap is followed through the swap of its links', async () => {
  mount('..1', 5)
  symlinkSync(join('..data', 'capacity.json'), path)
  await watch.look()

  mount('..2', 6)
  await watch.look()

  expect(limits).toEqual([5, 6])
})

test('after close nothing is reported, not even by a pending look', async () => {
  write('{"limit":5}')

  const first = watch.start()
  watch.close()
  watch.close()
  await first

  expect(limits).toEqual([])
  expect(watch.file).toBeUndefined()
})

test('a watch that was closed between two looks leaves no timer', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    await watch.start()
    expect(vi.getTimerCount()).toBe(1)
    watch.close()
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

/** Mounts a revision as the kubelet does: in a directory of its own, by the swap of a link. */
function mount(revision: string, limit: number): void {
  mkdirSync(join(folder, revision))
  writeFileSync(join(folder, revision, 'capacity.json'), `{"limit":${limit}}`)
  symlinkSync(revision, join(folder, '..data_tmp'))
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
}

function write(text: string): void {
  // A rename replaces the file at once, so that the watch never reads half of it.
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}
