import { mkdtemp, readFile, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fakeReport, fakeResult } from './fake-result.ts'
import { readBaseline } from './result-file.ts'
import { writeReport } from './write-report.ts'

let folder: string

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'loadtest-')), 'deep', 'out')
})

afterEach(async () => rm(join(folder, '../..'), { recursive: true }))

describe('the folder of reports', () => {
  it('has a page and a baseline in a folder of the run', async () => {
    const { html, json } = await writeReport(fakeReport(), folder)
    expect(await readFile(html, 'utf8')).toContain('<h1>rollout: 8 of 8 thresholds met</h1>')
    expect(await readBaseline(json)).toEqual(fakeReport())
  })

  it('has the table of faults, for documents', async () => {
    await writeReport(fakeReport(), folder)
    const faults = await readFile(join(folder, 'latest', 'faults.md'), 'utf8')
    expect(faults).toContain('| rollout | Runnel | 0 |')
  })

  it('keeps earlier runs, and has the newest at a fixed path', async () => {
    const earlier = await writeReport(fakeReport(), folder)
    const later = fakeReport(fakeResult({ startedAt: '2026-11-28T10:00:00Z', scenario: 'idle' }))
    await writeReport(later, folder)
    expect(await readlink(join(folder, 'latest'))).toBe('2026-11-28T10-00-00Z-idle')
    expect(await readBaseline(join(folder, 'latest', 'report.json'))).toEqual(later)
    expect(await readBaseline(earlier.json)).toEqual(fakeReport())
  })
})
