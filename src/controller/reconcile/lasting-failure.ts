import { ClusterError } from '../cluster/cluster-error.ts'
import type { Failure } from '../plan/fleet-plan.ts'
import { monotonicClock, type Clock } from '../runtime/clock.ts'

/** In ms. Until then, what is away comes back before anybody could have looked. */
const TOLD_AFTER = 30_000

/** What the API server answers with an error of its own, as it does while a webhook is away, and for how long. */
export class LastingFailure {
  readonly #clock: Clock
  #first: { readonly at: number; readonly failure: Failure } | undefined

  constructor(clock: Clock = monotonicClock) {
    this.#clock = clock
  }

  /**
   * Takes the errors of a plan. Returns what has failed for so long that people have to hear of it, in the words of the
   * first time: a detail such as the port of a connection must not change the status at each attempt.
   */
  note(errors: readonly unknown[]): Failure | undefined {
    const failure = unavailability(errors)
    const now = this.#clock.now()
    this.#first = failure && (this.#first ?? { at: now, failure })
    if (this.#first === undefined || now - this.#first.at < TOLD_AFTER) return undefined
    return this.#first.failure
  }
}

/** Without an answer nothing can be told through the API server either. */
function unavailability(errors: readonly unknown[]): Failure | undefined {
  const error = errors.find(
    (one) =>
      one instanceof ClusterError && one.reason === 'unavailable' && one.status !== undefined,
  )
  if (!(error instanceof ClusterError)) return undefined
  const message = `${error.message} Look whether an admission webhook is away. The controller goes on trying.`
  return { reason: 'ApiUnavailable', message }
}
