import type { Pool } from 'undici'
import { DEFAULT_RETRY } from '../../src/client/assumed-times.ts'
import { monotonicNow } from './monotonic-clock.ts'
import { readPollAnswer } from './poll-answer.ts'
import type { SubscriberObserver } from './subscriber-observer.ts'
import {
  REFUSING_STATUSES,
  waitAfterStatus,
  type Subscriber,
  type SubscriberStart,
  type SubscriberState,
} from './subscriber.ts'

/** Polls, one request after the other, each with the cursor of the last answer. */
export class PollSubscriber implements Subscriber {
  readonly #pool: Pool
  readonly #start: SubscriberStart
  readonly #observer: SubscriberObserver
  #state: SubscriberState = 'waiting'
  #cursor: string
  #poll: AbortController | undefined
  #timer: NodeJS.Timeout | undefined
  #resolveStart: (() => void) | undefined

  constructor(pool: Pool, start: SubscriberStart, observer: SubscriberObserver) {
    this.#pool = pool
    this.#start = start
    this.#observer = observer
    this.#cursor = start.cursor
  }

  get state(): SubscriberState {
    return this.#state
  }

  /** After the last event; empty if there is none yet. */
  get cursor(): string {
    return this.#cursor
  }

  async start(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolveStart = resolve
      this.#connect()
    })
  }

  cut(): void {
    if (this.#state === 'open') this.#poll?.abort(new Error('the driver cut it'))
  }

  /** A poll is always read as it comes. */
  readAtOnce(): void {}

  close(): void {
    if (this.#state === 'closed') return
    clearTimeout(this.#timer)
    this.#state = 'closed'
    this.#poll?.abort()
    this.#observer.closed(monotonicNow())
    this.#settle()
  }

  /** The connections have time limits of their own. */
  checkSilence(): void {}

  #connect(): void {
    this.#state = 'connecting'
    this.#observer.connecting(monotonicNow())
    void this.#pollOnce()
  }

  async #pollOnce(): Promise<void> {
    const answer = await this.#request().catch((error: Error) => error)
    if (this.#isClosed) return
    if (answer instanceof Error) this.#fail(answer.message)
    else if (answer.status === 200) this.#take(answer.body)
    else this.#takeRefusal(answer.status, answer.retryAfter)
  }

  async #request() {
    const { dialect, endpoint, headers } = this.#start.server
    this.#poll = new AbortController()
    const {
      statusCode,
      headers: answered,
      body,
    } = await this.#pool.request({
      path: endpoint.basePath + dialect.pollPath(this.#start.channel, this.#start.from),
      method: 'GET',
      headers: { ...headers, ...(this.#cursor !== '' && { 'Last-Event-ID': this.#cursor }) },
      signal: this.#poll.signal,
    })
    if (this.#state === 'connecting') this.#observer.answered(monotonicNow())
    return {
      status: statusCode,
      retryAfter: answered['retry-after']?.toString(),
      body: await body.text(),
    }
  }

  get #isClosed(): boolean {
    return this.#state === 'closed'
  }

  #take(text: string): void {
    const at = monotonicNow()
    const answer = readPollAnswer(text, this.#cursor === '')
    if (answer === undefined) {
      this.#observer.deadEnd('no answer of a Runnel service', at)
      this.#wait(waitAfterStatus(undefined))
      return
    }
    if (this.#state === 'connecting') {
      this.#state = 'open'
      this.#observer.opened(at)
      this.#settle()
    }
    this.#observer.read(Buffer.byteLength(text), at)
    for (const event of answer.events) {
      this.#cursor = event.id
      this.#observer.event(event)
      if (this.#isClosed) return
    }
    this.#cursor = answer.cursor
    this.#timer = setTimeout(() => void this.#pollOnce(), answer.retry)
  }

  #takeRefusal(status: number, retryAfter: string | undefined): void {
    const at = monotonicNow()
    if (REFUSING_STATUSES.has(status)) this.#observer.refused(`status ${status}`, at)
    else this.#observer.deadEnd(`status ${status}`, at)
    this.#wait(waitAfterStatus(retryAfter))
  }

  #fail(reason: string): void {
    const at = monotonicNow()
    if (this.#state === 'open') this.#observer.cut(reason, at)
    else this.#observer.connectFailed(reason, at)
    this.#wait(DEFAULT_RETRY)
  }

  #wait(milliseconds: number): void {
    this.#settle()
    this.#state = 'waiting'
    this.#timer = setTimeout(() => this.#connect(), milliseconds)
  }

  #settle(): void {
    this.#resolveStart?.()
    this.#resolveStart = undefined
  }
}
