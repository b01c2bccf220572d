import { classify } from './classify.ts'
import { Incident, REMINDER_INTERVAL, type Tell, type TroubleReport } from './incident.ts'
import type { Trouble, TroubleCode } from './trouble.ts'

/** What was asked when a server refused. */
export interface Question {
  readonly operation: string
  readonly channel?: string
}

/** A trouble after a closer look. */
export interface Finding {
  readonly trouble: Trouble
  /** Name or pattern of what another program has written. */
  readonly key?: string
}

/** Must not reject. */
type Look = (trouble: Trouble) => Promise<Finding>

interface Refusal {
  episode: Incident
  /** Operations that were refused, and not accepted for good since. Times as of `performance.now()`. */
  readonly operations: Map<string, { readonly refusedAt: number; acceptedAt: number }>
  toldAt: number
  /** Told, and its end is not. */
  isTold: boolean
}

/** What is refused and accepted in turn is refused: for so long, in ms, nothing may be. */
const SETTLED_AFTER = 5_000
/** What is not asked again for so long, in ms, is not waited for. */
const FORGOTTEN_AFTER = 3_600_000
/** Broken channels kept apart: further ones are not told. Other refusals are as many as there are codes. */
const MOST_CHANNELS = 20

/** Whatever is asked again and again by itself, as by those who follow the log and by the fleet. */
const ROUTINE: Question = { operation: 'routine' }

/** Whatever else goes wrong shows in the health of the servers, and is told by whoever looks after that. */
const OF_REQUESTS: ReadonlySet<TroubleCode> = new Set([
  'missing-right',
  'foreign-data',
  'no-memory',
  'no-disk',
  'no-replicas',
  'cluster-changes',
  'other',
])

/**
 * What servers that answer refuse: for want of rights, replicas or memory, or since a key is not ours or a
 * slot elsewhere.
 * Neither the connection nor a ping shows it. Each is told when it begins and when it ends, and begins and
 * goes on no more than once an interval.
 */
export class Refusals {
  /** While nothing can be done with the log, what is refused besides is no news. */
  isSilent = false
  /** In ms. */
  readonly interval: number
  readonly #tell: Tell
  readonly #refusals = new Map<string, Refusal>()

  constructor(tell: Tell, interval = REMINDER_INTERVAL) {
    this.#tell = tell
    this.interval = interval
  }

  get reports(): readonly TroubleReport[] {
    const lasting = [...this.#refusals.values()].filter(({ operations }) => operations.size > 0)
    return lasting.map(({ episode }) => episode.report())
  }

  /**
   * Takes what a command has failed with, whatever it is, and says whether it was a refusal. `look` finds
   * out more before it is told.
   */
  note(error: unknown, question = ROUTINE, look?: Look): boolean {
    const trouble = classify(error)
    if (!OF_REQUESTS.has(trouble.code)) return false
    this.noteTrouble(trouble, question, look)
    return true
  }

  noteTrouble(
    trouble: Trouble,
    { operation, channel }: Question,
    look: Look = async () => ({ trouble }),
  ): void {
    const broken = trouble.code === 'foreign-data' ? channel : undefined
    if (this.isSilent && broken === undefined) return
    const refusal = this.#refusalOf(trouble, broken)
    if (refusal === undefined) return
    const now = performance.now()
    refusal.episode.count++
    refusal.operations.set(operation, { refusedAt: now, acceptedAt: Number.NEGATIVE_INFINITY })
    if (now - refusal.toldAt < this.interval) return
    refusal.toldAt = now
    void this.#tellAfterLook(refusal, trouble, look)
  }

  /** The same was asked again, and done. */
  accept({ operation, channel }: Question): void {
    for (const { episode, operations } of this.#refusals.values()) {
      if (episode.channel !== undefined && episode.channel !== channel) continue
      const asked = operations.get(operation)
      if (asked !== undefined) asked.acceptedAt = performance.now()
    }
  }

  /** Tells what has ended; to be called every now and then. */
  settle(): void {
    // Nothing is taken while silent, and that nothing comes means nothing.
    if (this.isSilent) return
    const now = performance.now()
    for (const [name, refusal] of this.#refusals) {
      const { operations } = refusal
      let isAccepted = false
      for (const [operation, { refusedAt, acceptedAt }] of operations) {
        const isRoutine = operation === ROUTINE.operation
        const isQuiet = now - refusedAt >= (isRoutine ? this.interval : SETTLED_AFTER)
        const isOver = isQuiet && (isRoutine || acceptedAt > refusedAt)
        isAccepted ||= isOver
        if (isOver || now - refusedAt >= FORGOTTEN_AFTER) operations.delete(operation)
      }
      if (operations.size > 0) continue
      if (refusal.isTold && isAccepted) this.#tell('ends', refusal.episode.report())
      refusal.isTold = false
      // Until then it may not be told again.
      if (now - refusal.toldAt >= this.interval) this.#refusals.delete(name)
    }
  }

  #refusalOf(trouble: Trouble, channel: string | undefined): Refusal | undefined {
    const name = `${trouble.code} ${channel ?? ''}`
    const known = this.#refusals.get(name)
    if (known === undefined && channel !== undefined && this.#channels >= MOST_CHANNELS) {
      return undefined
    }
    const newEpisode = () =>
      new Incident(channel === undefined ? 'requests' : 'channel', trouble, channel)
    const refusal = known ?? {
      episode: newEpisode(),
      operations: new Map(),
      toldAt: Number.NEGATIVE_INFINITY,
      isTold: false,
    }
    if (refusal.operations.size === 0) refusal.episode = newEpisode()
    this.#refusals.set(name, refusal)
    return refusal
  }

  get #channels(): number {
    return [...this.#refusals.values()].filter(({ episode }) => episode.channel !== undefined)
      .length
  }

  /** `trouble` as it is now: where one right is given back, another may be missing. */
  async #tellAfterLook(refusal: Refusal, trouble: Trouble, look: Look): Promise<void> {
    const { episode } = refusal
    const phase = refusal.isTold ? 'lasts' : 'begins'
    refusal.isTold = true
    const finding = await look(trouble)
    episode.learn(finding.trouble, finding.key)
    this.#tell(phase, episode.report())
  }
}
