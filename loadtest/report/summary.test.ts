import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Figures } from '../figures.ts'
import { compare } from './comparison.ts'
import { FAKE_FIGURES, FAKE_MACHINE, fakeReport, fakeResult } from './fake-result.ts'
import type { Result } from './result.ts'
import { formatSummary, type SummaryOptions } from './summary.ts'

const PIPE: SummaryOptions = {
  stream: new PassThrough(),
  paths: undefined,
  comparison: undefined,
}

function summaryOfAll(...results: readonly Result[]): string {
  return formatSummary(fakeReport(...results), PIPE)
}

function summaryOf(changed: Partial<Result>): string {
  return summaryOfAll(fakeResult(changed))
}

function warningsOf(changed: Partial<Figures>, loadAverage = 2): readonly string[] {
  const figures = { ...FAKE_FIGURES, ...changed }
  const machine = { ...FAKE_MACHINE, cores: 4, loadAverage }
  const report = { ...fakeReport(fakeResult({ figures })), machine }
  return formatSummary(report, PIPE).match(/^warning: .*/gm) ?? []
}

describe('a summary', () => {
  it('says what was got and allowed for each threshold', () => {
    const figures = { ...FAKE_FIGURES, lost: 3, worstPause: undefined }
    const summary = summaryOf({ figures })
    expect(summary).toContain('rollout: 2 of 8 thresholds not met')
    expect(summary).toMatch(/^ {2}lost +3 +at most 0 +NOT MET$/m)
    expect(summary).toMatch(/^ {2}worst pause +not measured +at most 5,000 ms +NOT MET$/m)
    expect(summary).toMatch(/^ {2}delivery p99 +14\.2 ms +at most 50 ms +met$/m)
  })

  it('shows figures without a threshold, and leaves out what was not measured', () => {
    const summary = summaryOf({ figures: { ...FAKE_FIGURES, serverHeap: undefined } })
    expect(summary).toMatch(/^ {2}reconnects +1,371$/m)
    expect(summary).not.toContain('JS heap')
  })

  it('says why connections ended, the most frequent reason first', () => {
    const connectFailures = { 'connect ECONNREFUSED 127.0.0.1:80': 6, 'read ECONNRESET': 1_460 }
    expect(summaryOf({ reasons: { connectFailures, cuts: { 'nothing came': 2 } } })).toContain(
      `Why connections ended or failed:
- cuts: 2 × nothing came
- failed connects: 1,460 × read ECONNRESET
- failed connects: 6 × connect ECONNREFUSED 127.0.0.1:80
`,
    )
    expect(summaryOf({ reasons: {} })).not.toContain('Why')
  })

  it('has notes, findings, and the places of the files', () => {
    const report = fakeReport(fakeResult({ notes: ['a note'], examples: ['event 7 was lost'] }))
    const paths = { html: 'out/report.html', json: 'out/report.json' }
    const summary = formatSummary(report, { ...PIPE, paths })
    for (const text of ['a note', 'event 7 was lost', paths.html, paths.json]) {
      expect(summary).toContain(text)
    }
  })

  it('of several runs ends with the outcome of those of Runnel', () => {
    const lost = { ...FAKE_FIGURES, lost: 1 }
    const runs = [fakeResult(), fakeResult({ variant: 'naive', figures: lost }), fakeResult()]
    expect(summaryOfAll(...runs)).toContain('\nall 2 runs met their thresholds\n')
    expect(summaryOfAll(...runs, fakeResult({ figures: lost }))).toContain(
      '\n1 of 3 runs did not meet their thresholds\n',
    )
  })

  it('says that a run was interrupted', () => {
    expect(summaryOf({ interrupted: 'SIGINT' })).toContain('interrupted (SIGINT)')
  })

  it('warns if the driver was the limit, or the machine was busy', () => {
    const [calm, busy] = [{ driverCpuPercent: 80 }, { driverCpuPercent: 81 }]
    expect(warningsOf(calm)).toEqual([])
    expect(warningsOf(busy)).toEqual([expect.stringContaining('driver may have been the limit')])
    expect(warningsOf(calm, 2.1)).toEqual([expect.stringContaining('busy before the run')])
  })

  it('warns if something on the way holds events back, and publishes were not late themselves', () => {
    const heldBack = { heldBackPercent: 60, heldBackLongPercent: 12 }
    expect(warningsOf(heldBack)).toEqual([
      expect.stringMatching(/^warning: rollout: 12 % of the deliveries .* runnel -- check URL/),
    ])
    expect(warningsOf({ ...heldBack, heldBackLongPercent: 3 })).toEqual([])
    expect(warningsOf({ ...heldBack, publishP99: 101 })).toEqual([])
  })

  it('warns if times are upper bounds, because a driver was late', () => {
    expect(warningsOf({ driverLoopDelay: 100 })).toEqual([])
    expect(warningsOf({ driverLoopDelay: 101 })).toEqual([
      expect.stringMatching(/rollout: a driver itself was late by up to 101 ms, .* upper bounds/),
    ])
  })

  it('has what differs from a baseline, and how much may', () => {
    const before = fakeReport(fakeResult({ figures: { ...FAKE_FIGURES, deliveryP99: 7.1 } }))
    const comparison = compare(fakeReport(), before)
    const summary = formatSummary(fakeReport(), { ...PIPE, comparison })
    expect(summary).toMatch(/^ {2}delivery p99 +7\.10 ms +14\.2 ms +× 2\.00 +worse$/m)
    expect(summary).toContain('within 20 %')
  })

  it('holds no control characters in a pipe, not even those of a server', () => {
    const hostile = 'a\u001B[2Jb\u0007\r\nFAKE'
    const summary = summaryOf({
      target: hostile,
      versions: { Runnel: hostile },
      notes: [hostile],
      reasons: { deadEnds: { [hostile]: 1 } },
      examples: [hostile],
      interrupted: hostile,
      trace: { url: hostile, pods: [], commands: [hostile], drawing: `${hostile}\n  indented` },
    })
    expect(summary).not.toMatch(/[^\P{Cc}\n]/u)
    // The drawing of a trace has lines of its own.
    expect(summary.replace(/^FAKE\n {2}indented$/m, '')).not.toMatch(/^FAKE/m)
  })
})
