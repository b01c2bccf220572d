import { Agent } from 'undici'
import type { Silence } from './pod-state.ts'

/** Of a request to a pod, in ms. A pod that takes longer has no time for streams either. */
export const REQUEST_TIMEOUT = 2_000

/** In bytes. Answers of pods have a few KB. */
const LONGEST_ANSWER = 1024 * 1024

/** In ms. Connections outlast the pause between two polls, unless the pod closes them sooner. */
const KEEP_ALIVE = 90_000

/** The connections, one a pod. It opens them as requests need them, and its owner closes it. */
export function createPodAgent(): Agent {
  return new Agent({
    connections: 1,
    connect: { timeout: REQUEST_TIMEOUT },
    keepAliveTimeout: KEEP_ALIVE,
    maxResponseSize: LONGEST_ANSWER,
  })
}

const TIMEOUTS = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])

const CLOSES = 'closes the connection without an answer'
const NO_WAY = 'cannot be reached'

/** A policy refuses or rejects packets, a mesh closes connections that are not its own. */
const REFUSALS = new Map([
  ['ECONNREFUSED', 'refuses connections'],
  ['ECONNRESET', CLOSES],
  ['EPIPE', CLOSES],
  ['UND_ERR_SOCKET', CLOSES],
  ['EHOSTUNREACH', NO_WAY],
  ['ENETUNREACH', NO_WAY],
  ['EACCES', NO_WAY],
  ['EPERM', NO_WAY],
])

/** Why a request to a pod failed. `host` is the address with the port. */
export function describeFailure(error: unknown, host: string): Silence {
  if (!(error instanceof Error)) return { reason: 'error', detail: String(error) }
  const code = 'code' in error ? String(error.code) : ''
  if (error.name === 'TimeoutError' || TIMEOUTS.has(code)) {
    return { reason: 'timeout', detail: `${host} does not answer within ${REQUEST_TIMEOUT} ms` }
  }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return { reason: 'error', detail: `${host} answers with more than ${LONGEST_ANSWER} bytes` }
  }
  const refusal = REFUSALS.get(code)
  return refusal === undefined
    ? { reason: 'error', detail: `${host}: ${error.message}` }
    : { reason: 'refused', detail: `${host} ${refusal} (${code})` }
}
