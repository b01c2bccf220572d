import type { ServeConfig } from '../../config/serve/serve-table.ts'
import type { Arrival } from '../../hub/stream-tracing.ts'
import { TokenBucket } from '../../lib/token-bucket.ts'
import type { TraceSampling } from '../../telemetry/tracing/trace-sampling.ts'
import { isSampled, type TraceContext } from '../../wire/trace-context.ts'

export type TraceSettings = Pick<
  ServeConfig,
  'tracePublishRate' | 'traceParentRate' | 'traceConnectRate' | 'traceFanOutRate'
>

export interface TraceChance {
  readonly clock?: { now(): number }
  /** From 0 to below 1. */
  readonly random?: () => number
}

/** Decides which traces this process begins or goes on with, so that no storm of requests makes one of spans. */
export class TraceBudget {
  readonly #sampling: TraceSampling
  readonly #random: () => number
  readonly #publishes: TokenBucket
  readonly #parents: TokenBucket
  readonly #connects: TokenBucket
  readonly #closes: TokenBucket
  readonly #failures: TokenBucket
  readonly #late: TokenBucket
  readonly #fanOuts: TokenBucket
  readonly #announcements: TokenBucket

  constructor(
    sampling: TraceSampling,
    { tracePublishRate, traceParentRate, traceConnectRate, traceFanOutRate }: TraceSettings,
    { clock = performance, random = Math.random }: TraceChance = {},
  ) {
    const bucket = (rate: number) => new TokenBucket({ burst: rate, perSecond: rate }, clock)
    this.#sampling = sampling
    this.#random = random
    this.#publishes = bucket(tracePublishRate)
    this.#parents = bucket(traceParentRate)
    this.#connects = bucket(traceConnectRate)
    this.#closes = bucket(traceConnectRate)
    this.#failures = bucket(traceConnectRate)
    this.#late = bucket(traceConnectRate)
    this.#fanOuts = bucket(traceFanOutRate)
    this.#announcements = bucket(traceFanOutRate)
  }

  /** `parent`: the trace of a client that is trusted. */
  publish(parent: TraceContext | undefined, isForced: boolean): boolean {
    if (isForced) return this.#take(this.#parents)
    switch (this.#verdictOf(parent)) {
      case 'yes':
        return this.#take(this.#parents)
      case 'no':
        return false
      case 'open':
        return this.#random() < this.#sampling.ratio && this.#take(this.#publishes)
    }
  }

  /** The opening of a stream. With a ratio of 0 nothing is traced that no trusted client asks for. */
  connect(parent: TraceContext | undefined): boolean {
    const verdict = this.#verdictOf(parent)
    const isWanted = verdict === 'yes' || (verdict === 'open' && this.#sampling.ratio > 0)
    return isWanted && this.#take(this.#connects)
  }

  /** The end of a stream whose opening was traced. */
  close(): boolean {
    return this.#take(this.#closes)
  }

  /** A refusal, or an end that nobody asked for, of a stream whose opening may not be traced. */
  failure(): boolean {
    return this.#sampling.ratio > 0 && this.#take(this.#failures)
  }

  /** What other processes have decided to trace. Whoever may write to Redis can announce what was never published. */
  fanOut(source: Arrival['source']): boolean {
    return this.#take(source === 'announcement' ? this.#announcements : this.#fanOuts)
  }

  late(): boolean {
    return this.#take(this.#late)
  }

  /** Whether a parent has decided. */
  #verdictOf(parent: TraceContext | undefined): 'yes' | 'no' | 'open' {
    if (parent === undefined) return 'open'
    if (isSampled(parent)) return 'yes'
    return this.#sampling.followsParent ? 'no' : 'open'
  }

  #take(bucket: TokenBucket): boolean {
    return !this.#sampling.isLimited || bucket.take()
  }
}
