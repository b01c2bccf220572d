import { formatDuration } from '../../config/kinds/duration.ts'
import { pause } from '../../lib/pause.ts'
import { postEvents } from '../../client/post-events.ts'
import { ServiceError } from '../../client/service-error.ts'
import { faultOf } from '../request/connection-fault.ts'
import type { CheckAttempt } from './check-arguments.ts'
import { CONNECTION_ADVICE, PROXY_CREDENTIALS } from './connection-advice.ts'
import { UNANSWERED, UNPUBLISHED } from './delivery-advice.ts'
import { patienceOf, type PublishFailure } from './delivery.ts'

export interface PublishOptions {
  /** Ends the publishing. */
  readonly signal: AbortSignal
  /** Called when the publish of the next event begins. */
  readonly onSend: () => void
}

/** Publishes one event after the other. Resolves to the failure if a publish fails. */
export async function publishEvents(
  attempt: CheckAttempt,
  { signal, onSend }: PublishOptions,
): Promise<PublishFailure | undefined> {
  for (let event = 1; event <= attempt.events; event++) {
    if (event > 1) await pause(attempt.every, signal)
    if (signal.aborted) return undefined
    onSend()
    const failure = await publishEvent(event, attempt, signal)
    if (failure !== undefined) return failure
  }
  return undefined
}

async function publishEvent(
  event: number,
  attempt: CheckAttempt,
  signal: AbortSignal,
): Promise<PublishFailure | undefined> {
  const { publishUrl: url, publishFetch: fetch, channel, late } = attempt
  const publication = { type: 'text/plain', body: String(event) } as const
  // A retry after `late` is useless: the event is late by then.
  const options = { url, fetch, key: `${channel}-${event}`, retryFor: late }
  const settled = new AbortController()
  const fail = (what: string, advice: string) =>
    ({ kind: 'publish', reason: `the publish of event ${event} ${what}`, advice }) as const
  const posting = postEvents(publication, options).then(
    () => undefined,
    (error: unknown) =>
      fail(`failed: ${error instanceof Error ? error.message : String(error)}`, adviceOn(error)),
  )
  const patience = patienceOf(attempt)
  const overdue = async () => {
    await pause(patience, AbortSignal.any([signal, settled.signal]))
    if (signal.aborted) return undefined
    return fail(`was not answered within ${formatDuration(patience)}`, UNANSWERED)
  }
  const failure = await Promise.race([posting, overdue()])
  settled.abort()
  return failure
}

function adviceOn(error: unknown): string {
  if (error instanceof ServiceError && error.status !== undefined) {
    return error.status === 407 ? PROXY_CREDENTIALS : UNPUBLISHED
  }
  const kind = faultOf(error)?.kind ?? 'unreached'
  return kind === 'unreached' ? UNANSWERED : CONNECTION_ADVICE[kind]
}
