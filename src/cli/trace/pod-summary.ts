import { attribute, milliseconds } from './describe-span.ts'
import type { Span } from './spans.ts'

/** A row for each pod that an append has reached, under a head; empty if the trace is of something else. */
export function summarizePods(spans: readonly Span[]): readonly (readonly string[])[] {
  const fanOuts = spans.filter(({ name }) => name.split(' ')[0] === 'fan-out')
  if (fanOuts.length === 0) return []
  const ordered = fanOuts.toSorted((one, other) => (one.process < other.process ? -1 : 1))
  const waits = longestWaits(spans)
  const rows = ordered.map((fanOut) => {
    return [
      fanOut.process,
      milliseconds(attribute(fanOut, 'runnel.fan_out.lag')),
      ...['streams', 'written', 'dropped'].map(
        (name) => attribute(fanOut, `runnel.fan_out.${name}`) || '0',
      ),
      milliseconds(waits.get(fanOut.process) ?? ''),
    ]
  })
  return [['pod', 'lag', 'streams', 'written', 'dropped', 'longest wait'], ...rows]
}

/** In seconds as text, by process. */
function longestWaits(spans: readonly Span[]): ReadonlyMap<string, string> {
  const longest = new Map<string, number>()
  for (const span of spans) {
    if (span.name.split(' ')[0] !== 'deliver') continue
    const wait = Number(attribute(span, 'runnel.delivery.wait') || 0)
    longest.set(span.process, Math.max(longest.get(span.process) ?? 0, wait))
  }
  return new Map([...longest].map(([process, wait]) => [process, String(wait)]))
}
