import type { PublishDocument } from '../schema/publish.ts'
import { pause } from '../lib/pause.ts'
import { backoff } from './backoff.ts'
import type { Fetch } from './fetch.ts'
import { parseFields, type Unchecked } from './parse-json.ts'
import { failureOf, refusalOf, ServiceError } from './service-error.ts'
import { traceIdOf } from './trace-id.ts'

/** The body of one request. */
export interface Publication {
  readonly type: 'text/plain' | 'application/json' | 'application/x-ndjson'
  readonly body: string | Uint8Array<ArrayBuffer>
  /** Name of an event of type `text/plain`; JSON events hold their names. */
  readonly event?: string
}

export interface PostOptions {
  readonly url: URL
  /** Idempotency key, which makes a retry safe after a lost reply. */
  readonly key: string
  /** Sends the requests; by default the global `fetch`. */
  readonly fetch?: Fetch
  /** Time for retries after the first failure, in ms. */
  readonly retryFor: number
  /** Whether to ask the service for a trace. */
  readonly asksForTrace?: boolean
}

/** Events that the service has accepted. */
export interface Published {
  /** In order. */
  readonly ids: readonly string[]
  /** Whether no replica of the log has confirmed them in time, so that a fail-over may lose them. */
  readonly isUnconfirmed: boolean
  /** Undefined where the service did not trace the request. */
  readonly traceId: string | undefined
}

/** Longest time of one attempt, in ms: longer than a service waits for the body by default. */
const ATTEMPT_TIMEOUT = 30_000
const FIRST_WAIT = 500

/** Publishes. Throws `ServiceError` after a refusal or after `retryFor`. */
export async function postEvents(
  publication: Publication,
  options: PostOptions,
): Promise<Published> {
  let giveUpAt: number | undefined
  for (let failures = 0; ; failures++) {
    try {
      return await post(publication, options)
    } catch (error) {
      const failure = failureOf(error, options.url)
      giveUpAt ??= performance.now() + options.retryFor
      const wait = Math.max(failure.retryAfter, backoff(failures, FIRST_WAIT))
      if (!failure.isRetryable || performance.now() + wait > giveUpAt) throw failure
      await pause(wait)
    }
  }
}

async function post(
  { type, body, event }: Publication,
  { url, key, fetch = globalThis.fetch, asksForTrace = false }: PostOptions,
): Promise<Published> {
  const target = new URL(url)
  if (event !== undefined) target.searchParams.set('event', event)
  const response = await fetch(target, {
    method: 'POST',
    body,
    headers: {
      'Content-Type': `${type}; charset=utf-8`,
      'Idempotency-Key': key,
      ...(asksForTrace && { 'Runnel-Trace': '1' }),
    },
    // Some redirects turn a POST into a GET.
    redirect: 'manual',
    signal: AbortSignal.timeout(ATTEMPT_TIMEOUT),
  })
  if (!response.ok) throw await refusalOf(response)
  const { ids }: Unchecked<PublishDocument> = parseFields(await response.text())
  if (Array.isArray(ids) && ids.every((id) => typeof id === 'string')) {
    return { ids, isUnconfirmed: response.status === 202, traceId: traceIdOf(response) }
  }
  throw new ServiceError(`expected the ids of events from ${url.href}, got another answer`)
}
