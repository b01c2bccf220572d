import type { Trouble } from './trouble-codes.ts'

/**
 * - `log`: the log, or in a cluster a part of it, cannot be used at all.
 * - `requests`: the servers answer, and refuse some requests.
 * - `channel`: the servers refuse requests for one channel.
 */
export type Scope = 'log' | 'requests' | 'channel'

/** A trouble as it is shown to operators: in log lines, and in `/snapshot`. */
export interface TroubleReport extends Pick<Trouble, 'state' | 'code' | 'detail' | 'mend'> {
  readonly scope: Scope
  /** When it began, in RFC 3339. */
  readonly since: string
  /** How long it has lasted. */
  readonly seconds: number
  /** Requests that have failed by it. */
  readonly count: number
  readonly channel?: string
  /** Name or pattern of the keys that another program has written. */
  readonly key?: string
}

/** Called when a trouble begins, once an interval while it lasts, and when it ends. Must not throw. */
export type TroubleListener = (phase: 'begins' | 'lasts' | 'ends', report: TroubleReport) => void

/** How often a trouble that lasts is reported again, in ms. */
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

  /** Takes a newer cause of the same incident, or a closer diagnosis. */
  update(trouble: Trouble, key?: string): void {
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
