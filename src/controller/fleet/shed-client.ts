import { request, type Dispatcher } from 'undici'
import { z } from 'zod'
import type { Live } from '../../lib/live-value.ts'
import { parseJson } from '../../lib/parse-json.ts'
import { shedAnswer, type ShedBody } from '../../schema/drain-and-shed.ts'
import type { Pod } from '../objects/workloads.ts'
import { describeFailure, REQUEST_TIMEOUT } from './pod-requests.ts'
import { adminUrl } from './server-container.ts'

export interface ShedClientOptions {
  readonly dispatcher: Dispatcher
  /** The bearer of the pods; undefined while there is none. */
  readonly token: Live<string | undefined>
}

/** How many streams to ask to move, and over how many seconds. */
export type ShedRequest = Extract<ShedBody, { readonly count: number }>

export type ShedOutcome =
  | { readonly isDone: true; readonly shedding: number }
  | { readonly isDone: false; readonly reason: ShedRefusal; readonly detail: string }

/**
 * `no-token`: none is known. `unauthorized`: the pod has another token, or none. `unreachable`: no answer, so that
 * the pod may have begun to shed. `error`: any other answer.
 */
export const SHED_REFUSALS = ['no-token', 'unauthorized', 'unreachable', 'error'] as const
export type ShedRefusal = (typeof SHED_REFUSALS)[number]

/** Of an answer, in characters. */
const LONGEST_DETAIL = 300

const problem = z.object({ detail: z.string() })
const answer = z.object(shedAnswer.shape)

/**
 * Asks pods to shed streams. Requests go to the address of the pod only: the proxy of the API server keeps the
 * header with the token to itself.
 */
export class ShedClient {
  readonly #options: ShedClientOptions

  constructor(options: ShedClientOptions) {
    this.#options = options
  }

  /** Never rejects. */
  async shed(pod: Pod, body: ShedRequest): Promise<ShedOutcome> {
    const token = this.#options.token()
    if (token === undefined) return refusal('no-token', 'the token of the pods is not known yet')
    const url = adminUrl(pod, '/shed')
    if (url === undefined) return refusal('unreachable', 'the pod has no address yet')
    try {
      const response = await request(url, {
        method: 'POST',
        dispatcher: this.#options.dispatcher,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT),
      })
      return readAnswer(url.host, response.statusCode, await response.body.text())
    } catch (error) {
      const { reason, detail } = describeFailure(error, url.host)
      return refusal(reason === 'error' ? 'error' : 'unreachable', detail)
    }
  }
}

function readAnswer(host: string, status: number, text: string): ShedOutcome {
  const json = parseJson(text)
  if (status === 202) {
    const { data } = answer.safeParse(json)
    if (data !== undefined) return { isDone: true, shedding: data.shedding }
  }
  const said = problem.safeParse(json).data?.detail.slice(0, LONGEST_DETAIL)
  const detail = `${host} answers with status ${status}${said === undefined ? '' : `: ${said}`}`
  return refusal(status === 401 || status === 403 ? 'unauthorized' : 'error', detail)
}

function refusal(reason: ShedRefusal, detail: string): ShedOutcome {
  return { isDone: false, reason, detail }
}
