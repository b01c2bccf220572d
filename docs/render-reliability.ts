import { readFileSync } from 'node:fs'
import type { Curve, FaultRow } from '../test/faults/report.ts'

const ROWS = new URL('faults.jsonl', import.meta.url)

/** The page of what happened under each fault, from the rows that `make faults` has written. */
export function renderReliability(): string {
  const rows = readFileSync(ROWS, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as FaultRow)
    .toSorted(byFault)
  return [
    '# Reliability',
    '',
    'Written by `make faults`. Two publishers and twelve subscribers (EventSource, raw streams, polls, and',
    'both in turns; a hundred where it says so, four at thousands of messages a second) meet two or three',
    'pods on one Redis while something fails. A checker then compares all that was told with what the log',
    'holds in the end. Sentinels replace a primary that is silent for 1 s, nodes of the cluster after 2 s.',
    '',
    '- **Unknown**: publishes that were answered 503 or not at all, and were tried again only with a key.',
    '- **Lost by Redis**: accepted, and not in the log in the end. Whoever had them must have been told.',
    '- **Gaps**: told to all subscribers together.',
    '- **Breaches**: events lost without a word, doubled, reordered or made up, and gaps without a cause.',
    '- **Pause**: the longest of any subscriber, from one event to the next.',
    '',
    '| Fault | Accepted | Unknown | Deliveries | Lost by Redis | Gaps | Breaches | Pause |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map(formatRow),
    '',
    '## Memory under hostile clients',
    '',
    'A service whose heap may grow to 192 MB, with the limits that [operations.md](operations.md#memory) derives',
    'for it, while clients ask for all they can get and take as little of it as they like',
    '(`test/faults/hostile-clients.ts`). The four subscribers in the table read another channel meanwhile. One',
    'mark a second; in the last seconds all have left.',
    '',
    ...rows.flatMap(({ fault, curve }) => (curve === undefined ? [] : formatCurve(fault, curve))),
  ].join('\n')
}

/** By name, what all others are compared with first: the tests run in another order each time. */
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

/** From nothing to the highest value. */
function draw(values: readonly number[]): string {
  const most = Math.max(...values)
  return values.map((value) => MARKS[Math.ceil((value / most) * MARKS.length) - 1]).join('')
}

function formatRow(row: FaultRow): string {
  const counts = [row.accepted, row.unknown, row.deliveries, row.lostByLog, row.gaps, row.breaches]
  const pause = `${(row.worstPause / 1_000).toFixed(1)} s`
  return `| ${[row.fault, ...counts.map((count) => count.toLocaleString('en')), pause].join(' | ')} |`
}
