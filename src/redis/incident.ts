import type { Trouble } from './trouble.ts'

/**
 * - `log`: nothing can be done with the log, or in a cluster with a part of it.
 * - `requests`: the servers answer, and refuse some of what they are asked.
 * - `channel`: that is so for one channel alone.
 */
export type Scope = 'log' | 'requests' | 'channel'

/** A trouble as it is shown to operators: in log lines, and in `/snapshot`. */
export interface TroubleReport extends Pick<Trouble, 'state' | 'code' | 'detail' | 'mend'> {
  readonly scope: Scope
  /** When it began, in RFC 3339. */
  readonly since: string
  /** How long it has lasted. */
  readonly seconds: number
  /** Requests that have failed by it so far. */
  readonly count: number
  readonly channel?: string
  /** Name or pattern of what another program has written. */
  readonly key?: string
}

/** Told when a trouble begins, every now and then while it lasts, and when it ends. Must not throw. */
export type Tell = (phase: 'begins' | 'lasts' | 'ends', report: TroubleReport) => void

/** How often what lasts is told again, in ms. */
export const REMINDER_INTERVAL = 60_000

/** One trouble from its beginning to its end. */
export class Incident {
  count = 0
  readonly channel: string | undefined
  readonly #scope: Scope
  readonly #beganAt = Date.now()
  #trouble: Trouble
  #key: string | undefined

  constructor(scope: Scope, trouble: Trouble, channel?: string) {
    this.#scope = scope
    this.#trouble = trouble
    this.channel = channel
  }

  get trouble(): Trouble {
    return this.#trouble
  }

  /** Takes a newer cause of the same trouble, or what was found out about it. */
  learn(trouble: Trouble, key?: string): void {
    this.#trouble = trouble
    this.#key = key
  }

  report(): TroubleReport {
    const { state, code, detail, mend } = this.#trouble
    return {
      scope: this.#scope,
      state,
      code,
      detail,
      mend,
      since: new Date(this.#beganAt).toISOString(),
      seconds: Math.round((Date.now() - this.#beganAt) / 1_000),
      count: this.count,
      ...(this.channel !== undefined && { channel: this.channel }),
      ...(this.#key !== undefined && { key: this.#key }),
    }
  }
}
