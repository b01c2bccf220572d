/**
 * The history of one channel, apart from its events, and the rule by which a client resumes in it. Pure
 * functions, so that every adapter and every process gives the same answer.
 *
 * The chain of epochs follows Kafka's leader epochs (KIP-101): an epoch is one unbroken run of appends,
 * and a fail-over opens the next one at the first offset that it may have written differently.
 */
import { formatPosition, type Position } from '../wire/position.ts'

export interface EpochStart {
  readonly epoch: string
  /** Offset of the first event of this epoch. */
  readonly first: number
}

export interface History {
  /**
   * Epochs of one line of offsets, oldest first. Empty: the channel was never written. A long chain may
   * be cut at its old end; its first epoch then names the offsets before it too.
   */
  readonly chain: readonly EpochStart[]
  /**
   * Names under which offset 0 of this channel may have been given out before its first event: the
   * incarnations of the log that were known then, the newest first.
   */
  readonly incarnations: readonly string[]
  /** Offset of the oldest event kept; `top + 1` when none is. */
  readonly oldest: number
  /** Offset of the newest event; 0 when there never was one. */
  readonly top: number
}

/** The reasons of gaps that follow from the history of a channel. */
export type MissingReason = 'trimmed' | 'epoch-lost' | 'diverged' | 'ahead'

/** History that cannot be replayed. `from` and `to` are its first and last position, inclusive. */
export interface MissingRun {
  readonly reason: MissingReason
  /** Null, as `to` and `missed` are, stands for everything up to the position at `after`. */
  readonly from: string | null
  readonly to: string | null
  readonly missed: number | null
  /** Offset at which the client stands after the gap. */
  readonly after: number
}

/**
 * Where a client resumes: it gets the gaps in their order, then the events after offset `after`. Every event
 * accepted after its position is in exactly one of the gaps, or follows them.
 */
export interface Resumption {
  readonly after: number
  readonly gaps: readonly MissingRun[]
}

/** The epoch of this history that holds the event of `offset`. */
export function epochAt({ chain, incarnations }: History, offset: number): string {
  for (let index = chain.length - 1; index > 0; index--) {
    if (chain[index]!.first <= offset) return chain[index]!.epoch
  }
  return chain[0]?.epoch ?? incarnations[0]!
}

/** The position right after the event of `offset`, named by the epoch of this history that holds it. */
export function positionAt(history: History, offset: number): string {
  return formatPosition(epochAt(history, offset), offset)
}

/** Resumes from a client's position. Never throws: history that cannot be replayed is a gap. */
export function resume(history: History, { epoch, offset }: Position): Resumption {
  const { chain, incarnations, oldest, top } = history
  const index = chain.findLastIndex((start) => start.epoch === epoch)
  if (index === -1) {
    if (offset === 0 && incarnations.includes(epoch)) return goOn(history, 0)
    return loseCount('epoch-lost', oldest - 1)
  }

  // An offset before the beginning of its epoch belongs to the line that the epoch continues: `positionAt`
  // gives it out where the chain is cut.
  const successor = chain[index + 1]
  if (successor !== undefined && offset >= successor.first) {
    const fork = successor.first - 1
    const diverged: MissingRun = {
      reason: 'diverged',
      from: formatPosition(epoch, successor.first),
      to: formatPosition(epoch, offset),
      missed: offset - fork,
      after: fork,
    }
    // Events accepted since the fork may be trimmed in turn.
    const { after, gaps } = goOn(history, fork)
    return { after, gaps: [diverged, ...gaps] }
  }

  if (offset > top) return loseCount('ahead', top)
  return goOn(history, offset)
}

/** Resumes from an offset up to which the client shares this history. */
function goOn(history: History, offset: number): Resumption {
  const after = Math.max(offset, history.oldest - 1)
  if (after === offset) return { after, gaps: [] }
  const trimmed: MissingRun = {
    reason: 'trimmed',
    from: positionAt(history, offset + 1),
    to: positionAt(history, after),
    missed: after - offset,
    after,
  }
  return { after, gaps: [trimmed] }
}

/** A gap without bounds up to offset `after`: the number of missing events is unknown. */
function loseCount(reason: MissingReason, after: number): Resumption {
  return { after, gaps: [{ reason, from: null, to: null, missed: null, after }] }
}
