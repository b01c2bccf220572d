import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FAKE_FIGURES, fakeReport, fakeResult } from './fake-result.ts'
import { readBaseline, writeResultFile } from './result-file.ts'

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loadtest-'))
  path = join(folder, 'report.json')
})

afterEach(async () => rm(folder, { recursive: true }))

describe('a result file', () => {
  it('is read as it was written, with what was not measured', async () => {
    const unmeasured = { ...FAKE_FIGURES, lost: undefined, serverHeap: undefined }
    const report = fakeReport(
      fakeResult({ figures: unmeasured, trace: undefined }),
      fakeResult({ variant: 'naive', interrupted: 'SIGINT' }),
    )
    await writeResultFile(path, report)
    expect(await readBaseline(path)).toStrictEqual(report)
  })

  it('may have fields of a later version', async () => {
    await writeFile(path, JSON.stringify({ ...fakeReport(), later: true }))
    expect(await readBaseline(path)).toEqual(fakeReport())
  })
})

describe('a baseline that is none', () => {
  const [result] = fakeReport().results

  it.each([
    ['is empty', '', 'is not JSON'],
    ['is cut off', JSON.stringify(fakeReport()).slice(0, 900), 'is not JSON'],
    ['is something else', '[1, 2]', 'the document: '],
    ['is of another version', JSON.stringify({ ...fakeReport(), version: 2 }), 'version: '],
    [
      'has a text for a number',
      JSON.stringify(fakeReport({ ...result!, figures: { ...FAKE_FIGURES, lost: '3' as never } })),
      'results[0].figures.lost: ',
    ],
    ['has no machine', JSON.stringify({ ...fakeReport(), machine: undefined }), 'machine: '],
    [
      'judges what it does not know',
      JSON.stringify(fakeReport({ ...result!, thresholds: { nonsense: 1 } as never })),
      'results[0].thresholds',
    ],
  ])('says so if it %s', async (_, text, expected) => {
    await writeFile(path, text)
    const reading = readBaseline(path)
    await expect(reading).rejects.toThrow(`the baseline ${path}`)
    await expect(reading).rejects.toThrow(expected)
  })

  it('says so if there is no file', async () => {
    await expect(readBaseline(path)).rejects.toThrow(`the baseline ${path} cannot be read`)
  })
})
