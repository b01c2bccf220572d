import { classifyError } from './classify-error.ts'
import {
  Incident,
  REMINDER_INTERVAL,
  type TroubleListener,
  type TroubleReport,
} from './incident.ts'
import type { Trouble, TroubleCode } from './trouble-codes.ts'

/** A kind of request that a server may refuse or accept. */
export interface Attempt {
  readonly operation: string
  readonly channel?: string
}

/** A trouble with what a closer look has found out about it. */
export interface Diagnosis {
  readonly trouble: Trouble
  /** Name or pattern of the keys that another program has written. */
  readonly key?: string
}

/** Must not reject. */
type Diagnose = (trouble: Trouble) => Promise<Diagnosis>

interface Refusal {
  incident: Incident
  /** Operations that were refused, and not accepted for good since. Times as of `performance.now()`. */
  readonly operations: Map<string, { readonly refusedAt: number; acceptedAt: number }>
  reportedAt: number
  /** Its beginning was reported, and its end was not. */
  isReported: boolean
}

/**
 * How long an operation must not have been refused before it counts as accepted, in ms: one that is refused
 * and accepted in turn is refused.
 */
const SETTLED_AFTER = 5_000
/** After this long, in ms, an operation that was not tried again counts no more. */
const FORGOTTEN_AFTER = 3_600_000
/** Most channels with refusals of their own: further ones are not reported. Other refusals are one a code. */
const MAX_CHANNELS = 20

/** Requests that repeat by themselves, such as position checks and the heartbeats of the fleet. */
const ROUTINE: Attempt = { operation: 'routine' }

/** All other codes are troubles of a whole server, which `ServerHealth` reports. */
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
 * The requests that servers refuse although they answer: for want of rights, replicas or memory, or since a
 * key is another program's or a slot elsewhere. Neither the connection nor a ping shows it. The beginning and
 * the end of each refusal are reported; beginnings and reminders come at most once an interval.
 */
export class Refusals {
  /** Set while the log cannot be used at all: single refusals are no news then. */
  isMuted = false
  /** In ms. */
  readonly interval: number
  readonly #onTrouble: TroubleListener
  readonly #refusals = new Map<string, Refusal>()

  constructor(onTrouble: TroubleListener, interval = REMINDER_INTERVAL) {
    this.#onTrouble = onTrouble
    this.interval = interval
  }

  get reports(): readonly TroubleReport[] {
    const lasting = [...this.#refusals.values()].filter(({ operations }) => operations.size > 0)
    return lasting.map(({ incident }) => incident.report())
  }

  /**
   * Takes the error of any command, and returns whether it was a refusal. `diagnose` runs before the
   * refusal is reported.
   */
  note(error: unknown, attempt = ROUTINE, diagnose?: Diagnose): boolean {
    const trouble = classifyError(error)
    if (!OF_REQUESTS.has(trouble.code)) return false
    this.noteTrouble(trouble, attempt, diagnose)
    return true
  }

  noteTrouble(
    trouble: Trouble,
    { operation, channel }: Attempt,
    diagnose: Diagnose = async () => ({ trouble }),
  ): void {
    const broken = trouble.code === 'foreign-data' ? channel : undefined
    if (this.isMuted && broken === undefined) return
    const refusal = this.#refusalOf(trouble, broken)
    if (refusal === undefined) return
    const now = performance.now()
    refusal.incident.count++
    refusal.operations.set(operation, { refusedAt: now, acceptedAt: Number.NEGATIVE_INFINITY })
    if (now - refusal.reportedAt < this.interval) return
    refusal.reportedAt = now
    void this.#report(refusal, trouble, diagnose)
  }

  /** A request of this kind succeeded. */
  accept({ operation, channel }: Attempt): void {
    for (const { incident, operations } of this.#refusals.values()) {
      if (incident.channel !== undefined && incident.channel !== channel) continue
      const refused = operations.get(operation)
      if (refused !== undefined) refused.acceptedAt = performance.now()
    }
  }

  /** Reports the refusals that have ended. To be called about once a second. */
  reportEnded(): void {
    // While muted, refusals are not noted: that none came does not mean that they ended.
    if (this.isMuted) return
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
      if (refusal.isReported && isAccepted) this.#onTrouble('ends', refusal.incident.report())
      refusal.isReported = false
      // Kept until then, so that the same refusal is not reported more than once an interval.
      if (now - refusal.reportedAt >= this.interval) this.#refusals.delete(name)
    }
  }

  #refusalOf(trouble: Trouble, channel: string | undefined): Refusal | undefined {
    const name = `${trouble.code} ${channel ?? ''}`
    const known = this.#refusals.get(name)
    if (known === undefined && channel !== undefined && this.#channels >= MAX_CHANNELS) {
      return undefined
    }
    const newIncident = () =>
      new Incident(channel === undefined ? 'requests' : 'channel', trouble, channel)
    const refusal = known ?? {
      incident: newIncident(),
      operations: new Map(),
      reportedAt: Number.NEGATIVE_INFINITY,
      isReported: false,
    }
    if (refusal.operations.size === 0) refusal.incident = newIncident()
    this.#refusals.set(name, refusal)
    return refusal
  }

  get #channels(): number {
    return [...this.#refusals.values()].filter(({ incident }) => incident.channel !== undefined)
      .length
  }

  /** `trouble` is the newest one: after one right was given, another may be missing. */
  async #report(refusal: Refusal, trouble: Trouble, diagnose: Diagnose): Promise<void> {
    const { incident } = refusal
    const phase = refusal.isReported ? 'lasts' : 'begins'
    refusal.isReported = true
    const diagnosis = await diagnose(trouble)
    incident.update(diagnosis.trouble, diagnosis.key)
    this.#onTrouble(phase, incident.report())
  }
}
