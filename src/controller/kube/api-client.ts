import type { Readable } from 'node:stream'
import type { KubeConfig } from '@kubernetes/client-node'
import type { Dispatcher } from 'undici'
import { ClusterError } from '../cluster/cluster-error.ts'
import { VERSION } from '../../lib/version.ts'
import type { ApiCall, ApiObserver } from './api-call.ts'
import { Connections, type ConnectionLimits, type ConnectionPool } from './connections.ts'
import { Credentials, type Access } from './credentials.ts'
import { Deadline } from './deadline.ts'
import { explainFailure, isCut, isDistrust } from './explain-failure.ts'
import { explainRefusal, parseStatus } from './explain-refusal.ts'

export interface ApiRequest {
  readonly call: ApiCall
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly body?: unknown
  /** Of the body; JSON if left out. */
  readonly contentType?: string
  readonly signal?: AbortSignal | undefined
}

export interface ClientLimits extends ConnectionLimits {
  /** In ms: most time for a call, and until a watch begins. */
  readonly requestTimeout: number
  /** In ms: a watch without a byte for this long is broken. */
  readonly watchSilence: number
}

export interface ApiClientOptions {
  readonly config: KubeConfig
  readonly observer: ApiObserver
  readonly limits: ClientLimits
}

interface Sending extends ApiRequest {
  readonly use: keyof ConnectionPool
  readonly signal: AbortSignal
}

/**
 * The first part of the user agent is the field manager of what is written without one.
 */
const USER_AGENT = `runnel-controller/${VERSION}`

/** Requests to the API server in JSON: their credentials, connections, time limits and errors. */
export class ApiClient {
  readonly #observer: ApiObserver
  readonly #limits: ClientLimits
  readonly #credentials: Credentials
  readonly #connections: Connections
  readonly #server: URL

  constructor({ config, observer, limits }: ApiClientOptions) {
    this.#observer = observer
    this.#limits = limits
    this.#credentials = new Credentials(config)
    this.#connections = new Connections(limits)
    this.#server = new URL(config.getCurrentCluster()?.server ?? 'https://kubernetes.default.svc')
  }

  /** Resolves to the document of the answer. */
  async call(request: ApiRequest): Promise<unknown> {
    return parseJson(request.call, await this.text(request))
  }

  /** Resolves to the answer as it is. */
  async text(request: ApiRequest): Promise<string> {
    using deadline = new Deadline(this.#limits.requestTimeout, request.signal)
    try {
      const { signal } = deadline
      const response = await this.#send({ ...request, use: 'calls', signal })
      return await response.body.text()
    } catch (error) {
      throw errorOf(request, error)
    }
  }

  /** Resolves to the body of the answer as it comes, until the signal. */
  async stream(request: ApiRequest): Promise<Readable> {
    using deadline = new Deadline(this.#limits.requestTimeout, request.signal)
    try {
      const response = await this.#send({ ...request, use: 'watches', signal: deadline.signal })
      return response.body
    } catch (error) {
      throw errorOf(request, error)
    }
  }

  async close(): Promise<void> {
    await this.#connections.close()
  }

  /** Sends the request, and once more where its credentials or its connection were outdated. */
  async #send(sending: Sending): Promise<Dispatcher.ResponseData> {
    let access = await untilAborted(this.#credentials.current(), sending.signal)
    let isRenewed = false
    let isResent = false
    for (;;) {
      const outcome = await this.#attempt(sending, access)
      if (isStale(outcome) && !isRenewed) {
        isRenewed = true
        const renewed = await untilAborted(this.#credentials.renew(access), sending.signal)
        if (renewed !== access) {
          access = renewed
          await discard(outcome)
          continue
        }
      }
      // Whatever else may have been carried out is not sent twice.
      if (isCut(outcome) && sending.method === 'GET' && !isResent) {
        isResent = true
        continue
      }
      if (outcome instanceof Error) throw outcome
      return accepted(sending.call, outcome)
    }
  }

  async #attempt(sending: Sending, access: Access): Promise<Dispatcher.ResponseData | Error> {
    const { call, method, path, body, contentType = 'application/json', use, signal } = sending
    const began = performance.now()
    let status: number | undefined
    try {
      const response = await this.#connections.to(access.route)[use].request({
        origin: this.#server.origin,
        path: `${this.#server.pathname.replace(/\/$/, '')}${path}`,
        method,
        headers: {
          ...access.headers,
          Accept: 'application/json',
          'User-Agent': USER_AGENT,
          ...(body === undefined ? {} : { 'Content-Type': contentType }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(use === 'watches' ? { bodyTimeout: this.#limits.watchSilence } : {}),
        signal,
      })
      status = response.statusCode
      return response
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    } finally {
      this.#observer.answered(call, status, performance.now() - began)
    }
  }
}

function isStale(outcome: Dispatcher.ResponseData | Error): boolean {
  return outcome instanceof Error ? isDistrust(outcome) : outcome.statusCode === 401
}

async function discard(outcome: Dispatcher.ResponseData | Error): Promise<void> {
  if (!(outcome instanceof Error)) await outcome.body.dump()
}

/** Throws where the API server has refused the request. */
async function accepted(
  call: ApiCall,
  response: Dispatcher.ResponseData,
): Promise<Dispatcher.ResponseData> {
  const { statusCode: code, headers, body } = response
  if (code >= 200 && code < 300) return response
  const status = parseStatus(tryParse(await body.text()))
  throw explainRefusal(call, { code, status, retryAfter: headers['retry-after']?.toString() })
}

/** The caller's own abort passes as it is. */
function errorOf({ call, signal }: ApiRequest, error: unknown): unknown {
  if (error instanceof ClusterError || signal?.aborted === true) return error
  return explainFailure(call, error)
}

function parseJson(call: ApiCall, text: string): unknown {
  const value = tryParse(text)
  if (value !== undefined) return value
  const { message } = explainRefusal(call, { code: 200, status: undefined })
  throw new ClusterError('unreadable', message)
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Files and plugins know no signal. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
