import type { Readable } from 'node:stream'
import type { KubeConfig } from '@kubernetes/client-node'
import type { Dispatcher } from 'undici'
import { ClusterError } from '../cluster/cluster-error.ts'
import { VERSION } from '../../lib/version.ts'
import { describeCall, type ApiCall, type ApiObserver } from './api-call.ts'
import { readText } from './bounded-text.ts'
import { Connections, type ConnectionPool } from './connections.ts'
import { Credentials, type Access } from './credentials.ts'
import { startDeadline, untilAborted } from './deadline.ts'
import { explainFailure, isCut, isDistrust } from './explain-failure.ts'
import { explainRefusal } from './explain-refusal.ts'

export interface ApiRequest {
  readonly call: ApiCall
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly body?: unknown
  /** Of the body; JSON if left out. */
  readonly contentType?: string
  /** Whether doing it twice comes to the same as once, as with all that only reads. */
  readonly isRepeatable?: boolean
  /** In bytes, where less than of other calls is to be expected. */
  readonly maxAnswer?: number
  readonly signal?: AbortSignal | undefined
}

export interface ClientLimits {
  /** For calls: further calls wait for one. */
  readonly maxConnections: number
  /** In bytes: most for the answer to a call. */
  readonly maxAnswer: number
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

/** The name before the slash is the field manager of what is written without one. */
const USER_AGENT = `runnel-controller/${VERSION}`

/** In bytes. */
const MAX_REFUSAL = 1024 * 1024

/** A server that ends its idle connections may end several just as they are used. */
const MOST_RESENDS = 3

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
    this.#connections = new Connections(limits.maxConnections)
    this.#server = new URL(config.getCurrentCluster()?.server ?? 'https://kubernetes.default.svc')
  }

  /** Resolves to the document of the answer. */
  async call(request: ApiRequest): Promise<unknown> {
    return parseJson(request.call, await this.text(request))
  }

  /** Resolves to the answer as it is. */
  async text(request: ApiRequest): Promise<string> {
    using deadline = startDeadline(this.#limits.requestTimeout, request.signal)
    try {
      const { signal } = deadline
      const response = await this.#send({ ...request, use: 'calls', signal })
      return await readText(response.body, request.maxAnswer ?? this.#limits.maxAnswer)
    } catch (error) {
      throw errorOf(request, error)
    }
  }

  /** Resolves to the body of the answer as it comes, until the signal. */
  async stream(request: ApiRequest): Promise<Readable> {
    using deadline = startDeadline(this.#limits.requestTimeout, request.signal)
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

  /** Sends the request, and again where its credentials or its connection were outdated. */
  async #send(sending: Sending): Promise<Dispatcher.ResponseData> {
    let access = await untilAborted(this.#credentials.current(), sending.signal)
    let isRenewed = false
    let resends = 0
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
      // It may have been carried out, though its answer was lost.
      if (isCut(outcome) && isRepeatable(sending) && resends < MOST_RESENDS) {
        resends++
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

function isRepeatable({ method, isRepeatable: isSaid = false }: ApiRequest): boolean {
  return method === 'GET' || isSaid
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
  const text = await readText(body, MAX_REFUSAL)
  const retryAfter = headers['retry-after']?.toString()
  throw explainRefusal(call, { code, said: tryParse(text) ?? text, retryAfter })
}

/** The caller's own abort passes as it is. */
function errorOf({ call, signal }: ApiRequest, error: unknown): unknown {
  if (error instanceof ClusterError || signal?.aborted === true) return error
  return explainFailure(call, error)
}

function parseJson(call: ApiCall, text: string): unknown {
  const value = tryParse(text)
  if (value !== undefined) return value
  throw new ClusterError('unreadable', `Cannot ${describeCall(call)}: the answer is no JSON.`)
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
