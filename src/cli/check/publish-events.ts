import { formatDuration } from '../../config/kinds/duration.ts'
import { pause } from '../../client/backoff.ts'
import { postEvents } from '../../client/post-events.ts'
import type { CheckAttempt } from './check-arguments.ts'
import { patienceOf } from './delivery.ts'

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
): Promise<string | undefined> {
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
): Promise<string | undefined> {
  const { publishUrl: url, publishFetch: fetch, channel, late } = attempt
  const publication = { type: 'text/plain', body: String(event) } as const
  // A retry after `late` is useless: the event is late by then.
  const options = { url, fetch, key: `${channel}-${event}`, retryFor: late }
  const settled = new AbortController()
  const posting = postEvents(publication, options).then(
    () => undefined,
    (error: unknown) =>
      `the publish of event ${event} failed: ${error instanceof Error ? error.message : String(error)}`,
  )
  const patience = patienceOf(attempt)
  const overdue = async () => {
    await pause(patience, AbortSignal.any([signal, settled.signal]))
    if (signal.aborted) return undefined
    return `the publish of event ${event} was not answered within ${formatDuration(patience)}`
  }
  const failure = await Promise.race([posting, overdue()])
  settled.abort()
  return failure
}
