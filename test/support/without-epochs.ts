import type { Resumption } from '../../src/log/history.ts'
import { parsePosition } from '../../src/wire/position.ts'

/** What a client is told, but for the names of epochs: two logs never share one. */
export function withoutEpochs({ after, gap }: Resumption): unknown {
  if (gap === undefined) return { after }
  const { reason, missed, from, to } = gap
  return { after, reason, missed, from: offsetOf(from), to: offsetOf(to) }
}

function offsetOf(position: string | null): number | null {
  return position === null ? null : parsePosition(position)!.offset
}
