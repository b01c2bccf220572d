import type { FleetCount } from './status.ts'

/**
 * What the pods of a fleet know of each other. Their promises:
 *  1. `admit` and `release` come in pairs; of the streams that are admitted and not released, a client
 *     never has more than its limit, whatever pods it went to, as long as they can reach each other.
 *  2. A pod that cannot reach the others holds its own clients to the limit.
 *  3. A pod that vanishes is forgotten, its clients with it, within one time to live.
 */
export interface Fleet {
  /** All pods together, a few seconds old at most; undefined while unknown, or for a pod by itself. */
  readonly count: FleetCount | undefined
  /** From now on the others are told of this pod, and it of them. To be called once. */
  join(readFacts: () => PodFacts): void
  /** Whether a client that has fewer streams than `limit` gets one more. Never rejects. */
  admit(client: string, limit: number): Promise<boolean>
  release(client: string): void
  /** The pod leaves. Never rejects. */
  close(): Promise<void>
}

/** What a pod tells the others. */
export interface PodFacts {
  readonly subscribers: number
  /** How many it takes; no more than it has while it drains. */
  readonly limit: number
}
