import { get, type ClientRequest, type IncomingMessage } from 'node:http'
import { createParser } from 'eventsource-parser'
import type { Envelope } from '../../src/schema/envelope.ts'
import type { Gap, Open } from '../../src/schema/system-events.ts'
import { ConditionVariable } from '../support/condition-variable.ts'
import { Judge } from './judge.ts'
import { pollObservations, type Answer } from './poll-observations.ts'
import type { Channel, From } from './observation.ts'

interface Poll {
  readonly from?: From
  readonly limit: number
  /** How many events of the answer the client uses; it goes on from the id of the last. */
  readonly used?: number
}

/** More polls than the events of any test need. */
const MAX_TRIES = 200

/**
 * A client over real HTTP, by stream or poll, whose observations go to a judge. It adopts each cursor by the
 * rule alone and decodes with `eventsource-parser`, so that our client vouches for nothing.
 */
export class JudgedClient {
  /** The cursor that the client would send back. */
  cursor: string | undefined
  /** Every cursor that the client had so far. */
  readonly cursors: string[] = []
  readonly #channels: readonly Channel[]
  readonly #judge: Judge
  readonly #changes = new ConditionVariable()
  #request: ClientRequest | undefined
  #isOpen = false

  constructor(channels: readonly Channel[], cursor?: string) {
    this.#channels = channels
    this.#judge = new Judge(channels)
    this.cursor = cursor
  }

  get breaches(): readonly string[] {
    return this.#judge.breaches
  }

  get isAtTop(): boolean {
    return this.#judge.isAtTop
  }

  /** Whether a stream is open, as far as the client knows. */
  get isStreaming(): boolean {
    return this.#request !== undefined
  }

  /** Opens a stream; resolves when it has begun, or was refused. */
  async stream(url: string, from: From = 'latest'): Promise<void> {
    this.cut()
    const { cursor } = this
    this.#judge.observe({ kind: 'asks', cursor, from })
    const request = get(this.#url(url, 'stream', from), { agent: false, headers: this.#headers })
    this.#request = request
    this.#isOpen = false
    request.on('response', (response) => this.#listen(request, response))
    request.on('error', () => this.#end(request))
    await this.#changes.until(
      () => this.#isOpen || this.#request !== request || undefined,
      () => 'expected a stream to begin',
    )
  }

  /** The connection breaks. */
  cut(): void {
    this.#request?.destroy()
    this.#request = undefined
  }

  /** Polls once without waiting for events; returns whether the poll was accepted. */
  async poll(url: string, { from = 'latest', limit, used = limit }: Poll): Promise<boolean> {
    this.cut()
    const { cursor } = this
    const address = this.#url(url, 'poll', from)
    address.searchParams.set('limit', String(limit))
    address.searchParams.set('wait', '0')
    const response = await fetch(address, { headers: this.#headers })
    const answer = (await response.json()) as Answer
    if (response.status !== 200) return false
    this.#judge.observe({ kind: 'asks', cursor, from })
    const count = Math.min(used, answer.events.length)
    for (const told of pollObservations(this.#channels, cursor, answer, count))
      this.#judge.observe(told)
    for (const { id } of answer.events.slice(0, count)) this.#adopt(id)
    if (count === answer.events.length) this.#adopt(answer.cursor)
    return true
  }

  /** Reads to the end, by the open stream if there is one. An event that is missing then is a breach. */
  async catchUp(url: string, limit = 2): Promise<void> {
    if (this.isStreaming) {
      await this.#changes
        .until(
          () => this.isAtTop || !this.isStreaming || undefined,
          () => 'the judge describes what is missing',
        )
        .catch(() => undefined)
    }
    for (let tries = 0; !this.isAtTop && tries < MAX_TRIES; tries++) await this.poll(url, { limit })
    this.#judge.observe({ kind: 'settled' })
  }

  get #headers(): Record<string, string> {
    return this.cursor === undefined ? {} : { 'Last-Event-ID': this.cursor }
  }

  #url(base: string, route: 'stream' | 'poll', from: From): URL {
    const [only, ...others] = this.#channels
    const url = new URL(others.length > 0 ? `/${route}` : `/${route}/${only!.name}`, base)
    if (others.length > 0) {
      for (const { name } of this.#channels) url.searchParams.append('channel', name)
    }
    if (typeof from === 'string') url.searchParams.set('from', from)
    else url.searchParams.set('last', String(from.last))
    return url
  }

  #listen(request: ClientRequest, response: IncomingMessage): void {
    const isOurs = () => this.#request === request
    let id = this.cursor
    const parser = createParser({
      onId: (sent) => {
        id = sent
      },
      onEvent: ({ id: own, event = 'message', data }) => {
        if (id !== undefined) this.#adopt(id)
        this.#hear(own ?? '', event, data)
      },
    })
    const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
    response.on('data', (bytes: Buffer) => {
      if (!isOurs()) return
      parser.feed(utf8.decode(bytes, { stream: true }))
      this.#changes.report()
    })
    response.on('error', () => this.#end(request))
    response.on('end', () => this.#end(request))
  }

  #hear(id: string, event: string, data: string): void {
    if (event === 'runnel.gap') {
      this.#judge.observe({ kind: 'gap', id, gap: JSON.parse(data) as Gap })
    } else if (event === 'runnel.open') {
      const { cursor, resumed } = JSON.parse(data) as Open
      this.#judge.observe({ kind: 'opens', id, cursor, resumed })
      this.#isOpen = true
    } else if (!event.startsWith('runnel.')) {
      const [only, ...others] = this.#channels
      const told =
        others.length > 0 ? (JSON.parse(data) as Envelope) : { channel: only!.name, data }
      this.#judge.observe({ kind: 'event', id, channel: told.channel, data: told.data })
    } else if (event === 'runnel.full') {
      this.#judge.observe({ kind: 'refused', id: this.cursor })
    }
  }

  #adopt(cursor: string): void {
    if (this.cursor !== cursor) this.cursors.push(cursor)
    this.cursor = cursor
  }

  #end(request: ClientRequest): void {
    if (this.#request === request) this.#request = undefined
    this.#changes.report()
  }
}
