import type { Position } from '../../src/wire/position.ts'

/** As `runnel.gap` tells it, with parsed positions. */
export interface ReceivedGap {
  readonly reason: string
  /** Null, as `to` is: everything up to the position of the gap's id. */
  readonly from: Position | null
  readonly to: Position | null
  readonly id: Position
  /** Where the subscriber stood; undefined if it stood nowhere. */
  readonly before: Position | undefined
  /** When it was told, in microseconds. */
  readonly at: number
  /** Counts the gaps of the subscriber, from 1. */
  readonly count: number
  /** The gap says that the log has nothing of this epoch after this offset; undefined if it says no such thing. */
  readonly end: Position | undefined
  /** It covers what this subscriber had got, or got later, or its epoch went on. */
  isFalse: boolean
}

export type NewGap = Pick<ReceivedGap, 'reason' | 'from' | 'to' | 'id' | 'at'>

/** Where the log ends in the subscriber's epoch, by the words of a gap. */
export function endOf(
  { reason, from, id }: NewGap,
  stood: Position | undefined,
): Position | undefined {
  if (reason === 'diverged' && from !== null) return { ...from, offset: from.offset - 1 }
  if (stood === undefined) return undefined
  if (reason === 'ahead' && id.epoch === stood.epoch) return id
  return reason === 'epoch-lost' && id.epoch !== stood.epoch ? { ...stood, offset: 0 } : undefined
}
