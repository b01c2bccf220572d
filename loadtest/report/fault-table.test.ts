import { describe, expect, it } from 'vitest'
import { FAKE_FIGURES, fakeReport, fakeResult } from './fake-result.ts'
import { faultRows, formatFaultMarkdown, formatFaultTable } from './fault-table.ts'

const naive = {
  variant: 'naive' as const,
  figures: { ...FAKE_FIGURES, lost: 5_902, duplicated: 48 },
}

const RESULTS = [
  fakeResult({ scenario: 'redis-fail-over', figures: { ...FAKE_FIGURES, announced: 12 } }),
  fakeResult({ ...naive, scenario: 'rollout' }),
  fakeResult({ scenario: 'fan-out' }),
  fakeResult({ scenario: 'rollout', figures: { ...FAKE_FIGURES, worstPause: 0 } }),
]

describe('the table of faults', () => {
  it('has a row for each fault and server, Runnel first', () => {
    expect(faultRows(RESULTS)).toEqual([
      ['fault', 'server', 'lost', 'announced', 'duplicated', 'worst pause', 'reconnects'],
      ['rollout', 'Runnel', '0', '0', '0', 'under 1 s', '1,371'],
      ['rollout', 'naive', '5,902', '0', '48', '1,904 ms', '1,371'],
      ['Redis fail-over', 'Runnel', '0', '12', '0', '1,904 ms', '1,371'],
    ])
  })

  it('is empty without a fault', () => {
    expect(faultRows(fakeReport(fakeResult({ scenario: 'idle' })).results)).toEqual([])
  })

  it('is written for terminals and for documents', () => {
    expect(formatFaultTable(RESULTS)).toContain('rollout          naive   5,902          0')
    expect(formatFaultMarkdown(RESULTS)).toContain(
      '| rollout | naive | 5,902 | 0 | 48 | 1,904 ms | 1,371 |\n',
    )
  })
})
