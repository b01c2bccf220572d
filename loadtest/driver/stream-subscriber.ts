import {
  DEFAULT_HEARTBEAT,
  DEFAULT_RETRY,
  MISSED_HEARTBEATS,
} from '../../src/client/assumed-times.ts'
import { parseFields } from '../../src/client/parse-json.ts'
import { EventStreamDecoder, type DecodedEvent } from '../../src/wire/decode.ts'
import { CLOSING_EVENTS, DRAIN, FULL, OPEN } from '../../src/wire/system-event-names.ts'
import type { Reading } from './commands.ts'
import { monotonicNow } from './monotonic-clock.ts'
import { AT_ONCE } from './reading-pace.ts'
import type { ResponseHead } from './response-head.ts'
import { StreamConnection, type ConnectionOwner } from './stream-connection.ts'
import type { SubscriberObserver } from './subscriber-observer.ts'
import {
  REFUSING_STATUSES,
  waitAfterStatus,
  waitAsAsked,
  type Subscriber,
  type SubscriberStart,
  type SubscriberState,
} from './subscriber.ts'

/** Reads a stream as an EventSource does: after each end it comes back after the last `retry:`, with the last id. */
export class StreamSubscriber implements Subscriber, ConnectionOwner {
  readonly #start: SubscriberStart
  readonly #observer: SubscriberObserver
  #state: SubscriberState = 'waiting'
  #connection: StreamConnection | undefined
  #sourceAddress: string | undefined
  #decoder: EventStreamDecoder | undefined
  #cursor: string
  #reading: Reading
  #retry = DEFAULT_RETRY
  /** Longest silence of the connection, in µs. */
  #longestSilence = Number.POSITIVE_INFINITY
  #closingEvent: DecodedEvent | undefined
  #timer: NodeJS.Timeout | undefined
  #resolveStart: (() => void) | undefined

  constructor(start: SubscriberStart, observer: SubscriberObserver) {
    this.#start = start
    this.#observer = observer
    this.#cursor = start.cursor
    this.#reading = start.reading
  }

  get state(): SubscriberState {
    return this.#state
  }

  /** Id of the last event; empty if none came. */
  get cursor(): string {
    return this.#decoder?.lastEventId ?? this.#cursor
  }

  async start(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolveStart = resolve
      this.#connect()
    })
  }

  cut(): void {
    if (this.#state === 'open') this.#connection?.fail('the driver cut it')
  }

  readAtOnce(): void {
    this.#reading = AT_ONCE
    this.#connection?.readAtOnce()
  }

  close(): void {
    if (this.#state === 'closed') return
    clearTimeout(this.#timer)
    this.#release()
    this.#state = 'closed'
    this.#observer.closed(monotonicNow())
    this.#settle()
  }

  checkSilence(now: number): void {
    if (this.#connection === undefined || this.#connection.isPaused) return
    const silence = now - this.#connection.lastReadAt
    if (silence <= this.#longestSilence) return
    this.#connection.fail('nothing came, not even a heartbeat')
  }

  onHead({ status, headers }: ResponseHead, at: number): EventStreamDecoder | undefined {
    this.#observer.answered(at)
    const type = headers.get('content-type') ?? 'nothing'
    if (status === 200 && /^text\/event-stream\s*(?:;|$)/i.test(type))
      return this.#createDecoder(at)
    this.#release()
    if (REFUSING_STATUSES.has(status)) this.#observer.refused(`status ${status}`, at)
    else this.#observer.deadEnd(status === 200 ? `type ${type}` : `status ${status}`, at)
    this.#wait(waitAfterStatus(headers.get('retry-after')))
    return undefined
  }

  onRead(bytes: number, at: number): void {
    this.#observer.read(bytes, at)
  }

  onEnd(reason: string): void {
    const at = monotonicNow()
    const isOpen = this.#state === 'open'
    const hasAnswer = this.#decoder !== undefined
    this.#release()
    if (this.#closingEvent !== undefined) {
      const { event } = this.#closingEvent
      const cause = causeOf(this.#closingEvent)
      const isRefusal = !isOpen && (event === FULL || event === DRAIN)
      if (isRefusal) this.#observer.refused(cause, at)
      else this.#observer.closing(event, cause, at)
    } else if (hasAnswer) this.#observer.cut(reason, at)
    else this.#observer.connectFailed(reason, at)
    this.#wait(waitAsAsked(this.#retry))
  }

  #connect(): void {
    const { server, from, channel } = this.#start
    const { dialect, endpoint, sourceAddresses } = server
    const ip = endpoint.nextIp()
    const path = endpoint.basePath + dialect.streamPath(channel, from)
    this.#state = 'connecting'
    this.#closingEvent = undefined
    this.#longestSilence = DEFAULT_HEARTBEAT * MISSED_HEARTBEATS * 1_000
    this.#observer.connecting(monotonicNow())
    this.#sourceAddress = sourceAddresses.take(ip)
    this.#connection = new StreamConnection(this)
    this.#connection.start({
      endpoint,
      ip,
      localAddress: this.#sourceAddress,
      request: this.#requestOf(path),
      reading: this.#reading,
    })
  }

  #requestOf(path: string): string {
    const { endpoint, headers } = this.#start.server
    const fields = {
      Host: endpoint.host,
      Accept: 'text/event-stream',
      'Cache-Control': 'no-cache',
      ...headers,
      ...(this.#cursor !== '' && { 'Last-Event-ID': this.#cursor }),
    }
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
    return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
  }

  #createDecoder(at: number): EventStreamDecoder {
    this.#decoder = new EventStreamDecoder({
      lastEventId: this.#cursor,
      onEvent: (event) => this.#onEvent(event),
      onRetry: (milliseconds) => {
        this.#retry = milliseconds
      },
    })
    if (!this.#start.server.dialect.isRunnel) this.#open(at)
    return this.#decoder
  }

  #onEvent(event: DecodedEvent): void {
    // The rest of a read comes even after the observer cut or closed the stream at an event.
    if (this.#decoder === undefined) return
    if (CLOSING_EVENTS.has(event.event)) this.#closingEvent = event
    else if (event.event === OPEN) this.#takeHeartbeat(event.data)
    if (this.#state === 'connecting' && this.#closingEvent === undefined) this.#open(monotonicNow())
    this.#observer.event(event)
  }

  #takeHeartbeat(data: string): void {
    const { heartbeat } = parseFields(data)
    if (typeof heartbeat !== 'number') return
    this.#longestSilence = heartbeat * MISSED_HEARTBEATS * 1_000
  }

  #open(at: number): void {
    this.#state = 'open'
    if (!this.#start.server.dialect.isRunnel) this.#longestSilence = Number.POSITIVE_INFINITY
    this.#connection?.startPace()
    this.#observer.opened(at)
    this.#settle()
  }

  /** Gives back all that belongs to the connection. */
  #release(): void {
    this.#cursor = this.cursor
    this.#decoder = undefined
    this.#connection?.close()
    this.#connection = undefined
    this.#start.server.sourceAddresses.release(this.#sourceAddress)
    this.#sourceAddress = undefined
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

/** The name of a closing event, with what its data says of the cause: `runnel.full (client)`. */
function causeOf({ event, data }: DecodedEvent): string {
  const { reason, message } = parseFields(data)
  const detail = reason ?? message
  return typeof detail === 'string' ? `${event} (${detail})` : event
}
