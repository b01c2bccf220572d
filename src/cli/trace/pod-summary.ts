import { attribute, milliseconds } from './describe-span.ts'
import type { Span } from './spans.ts'

/** A row for each pod that an append has reached, under a head; empty if the trace is of something else. */
export function summarizePods(spans: readonly Span[]): readonly (readonly string[])[] {
  const fanOuts = spans.filter(({ name }) => name.split(' ')[0] === 'fan-out')
  if (fanOuts.length === 0) return []
  const ordered = fanOuts.toSorted((one, other) => (one.process < other.process ? -1 : 1))
  const rows = ordered.map((fanOut) => {
    const deliveries = spans.filter(
      ({ process, name }) => process === fanOut.process && isDelivery(name),
    )
    const waits = deliveries.map((each) => Number(attribute(each, 'runnel.delivery.wait') || 0))
    const slowest = waits.length === 0 ? '' : milliseconds(String(Math.max(...waits)))
    return [
      fanOut.process,
      milliseconds(attribute(fanOut, 'runnel.fan_out.lag')),
      ...['streams', 'written', 'dropped'].map(
        (name) => attribute(fanOut, `runnel.fan_out.${name}`) || '0',
      ),
      slowest,
    ]
  })
  return [['pod', 'lag', 'streams', 'written', 'dropped', 'longest wait'], ...rows]
}

function isDelivery(name: string): boolean {
  return name.split(' ')[0] === 'deliver'
}
