import { readFileSync } from 'node:fs'
import { renderLoadFaults } from './render-load-faults.ts'
import type { Curve, FaultRow } from '../test/faults/report.ts'

const ROWS = new URL('faults.jsonl', import.meta.url)

/** Renders the results of each fault from the rows that `make faults` wrote. */
export function renderReliability(): string {
  const rows = readFileSync(ROWS, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as FaultRow)
    .toSorted(byFault)
  return [
    '# Reliability',
    '',
    '`make faults` writes this page. Two publishers and twelve subscribers use two or three pods on one Redis',
    'while something fails. The subscribers are EventSource, raw streams, polls, and streams and polls in turns;',
    'there are a hundred where the row says so, and four at thousands of messages a second. A checker then',
    'compares all that the subscribers received with the final content of the log. Sentinels replace a primary',
    'after 1 s of silence, a cluster after 2 s.',
    '',
    '- **Unknown**: publishes without an answer, or with 503. Only those with a key were repeated.',
    '- **Lost by Redis**: events accepted, but missing from the final log. Subscribers that have one must get a gap.',
    '- **Gaps**: the sum over all subscribers.',
    '- **Breaches**: events lost silently, duplicated, reordered or invented, and gaps without a cause.',
    '- **Pause**: the longest time between two events of one subscriber.',
    '',
    '| Fault | Accepted | Unknown | Deliveries | Lost by Redis | Gaps | Breaches | Pause |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map(formatRow),
    '',
    renderLoadFaults(),
    '',
    '## Memory under hostile clients',
    '',
    'The heap of this service may grow to 192 MB, and its limits are those that [operations.md](operations.md#memory)',
    'derives for such a heap. Hostile clients (`test/faults/hostile-clients.ts`) request as much as they can and read',
    'as little as they like, while the four subscribers in the table read another channel. The curves have one mark',
    'a second; in the last seconds the hostile clients have left.',
    '',
    ...rows.flatMap(({ fault, curve }) => (curve === undefined ? [] : formatCurve(fault, curve))),
  ].join('\n')
}

/** Sorts by name, since tests run in any order. The run without a fault comes first. */
function byFault(a: FaultRow, b: FaultRow): number {
  const isFirst = Number(b.fault === 'none') - Number(a.fault === 'none')
  return isFirst || a.fault.localeCompare(b.fault, 'en', { numeric: true })
}

const MARKS = '▁▂▃▄▅▆▇█'

function formatCurve(fault: string, { heap, rss }: Curve): string[] {
  return [`${fault}:`, '', '```', formatLine('heap', heap), formatLine('RSS ', rss), '```', '']
}

function formatLine(name: string, values: readonly number[]): string {
  return `${name} ${draw(values)} ${Math.min(...values)}–${Math.max(...values)} MB`
}

/** Draws each value as a mark, on a scale from 0 to the highest value. */
function draw(values: readonly number[]): string {
  const most = Math.max(...values)
  return values.map((value) => MARKS[Math.ceil((value / most) * MARKS.length) - 1]).join('')
}

function formatRow(row: FaultRow): string {
  const counts = [row.accepted, row.unknown, row.deliveries, row.lostByLog, row.gaps, row.breaches]
  const pause = `${(row.worstPause / 1_000).toFixed(1)} s`
  return `| ${[row.fault, ...counts.map((count) => count.toLocaleString('en')), pause].join(' | ')} |`
}
