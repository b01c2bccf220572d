import { randomId } from '../lib/random-id.ts'
import { CatchUp, type LaggingStream } from './catch-up.ts'
import { encodeClosing, encodeGaps, HEARTBEATS, type ClosingReason } from './encode-system-event.ts'
import { closingFrame, frame, frameText } from './frame.ts'
import type { EncodedBatch } from './encode-batch.ts'
import type { Delivery, FanOutGroup, Member } from './fan-out-group.ts'
import type { CloseReason, RequestRecord, StreamRecord } from './hub-observer.ts'
import type { StreamSink, SinkListener } from './stream-sink.ts'
import { Reader, type GapNotice, type Progress } from './reader.ts'
import type { StreamContext, StreamRequest, StreamSlot } from './stream-context.ts'
import {
  StreamOpening,
  type Opening,
  type OpeningStream,
  type RefusalReason,
} from './stream-opening.ts'
import { splitAtOpening, StreamTraces, traceWritten } from './stream-traces.ts'

/**
 * - `starting`: it finds its position, and has written nothing; it may be refused yet.
 * - `behind`: it reads the log by itself. `isFirst` until it is live for the first time.
 * - `live`: a member of its group, which writes to it.
 * - `closed`: it has given back all that it had taken.
 */
type State =
  | { readonly name: 'starting'; readonly opening: StreamOpening }
  | { readonly name: 'behind'; readonly catchUp: CatchUp; readonly isFirst: boolean }
  | typeof LIVE
  | typeof CLOSED

/** Shared by all streams, which keeps an idle one small. */
const LIVE = { name: 'live' } as const
const CLOSED = { name: 'closed' } as const

/**
 * One stream. It falls behind when its socket does not keep up, and never holds more than one batch or
 * `SUBSCRIBER_BUFFER` bytes for it.
 */
export class Subscriber
  implements Member, OpeningStream, LaggingStream, SinkListener, StreamRecord
{
  readonly id = randomId(16)
  readonly request: RequestRecord
  openedAt: number | undefined = undefined
  resume: StreamRecord['resume'] = 'none'
  events = 0
  bytes = 0
  lastId = ''
  nextDelivery = 0
  /** `performance.now()` when the last bytes were written, for heartbeats. */
  writtenAt = performance.now()
  /** `performance.now()` at which the maximum age is reached. */
  readonly expiresAt: number
  readonly group: FanOutGroup
  readonly #sink: StreamSink
  readonly #context: StreamContext<Subscriber>
  readonly #slot: StreamSlot
  readonly #ping: boolean
  #state: State
  /** Undefined while none of its traces is open. */
  #traces: StreamTraces | undefined

  constructor(
    group: FanOutGroup,
    sink: StreamSink,
    starting: StreamRequest,
    context: StreamContext<Subscriber>,
  ) {
    const { request, slot, ping, connect } = starting
    this.#state = { name: 'starting', opening: new StreamOpening(this, starting, context) }
    this.group = group
    this.#sink = sink
    this.#context = context
    this.#ping = ping
    this.request = request
    this.#traces = connect === undefined ? undefined : new StreamTraces(connect)
    // Jittered, so that clients whose streams began together do not all reconnect together.
    this.expiresAt = this.writtenAt + context.settings().maxAge * (0.8 + Math.random() * 0.2)
    // At the end: nobody would release it for a stream that could not be made.
    this.#slot = slot.move()
  }

  get channels(): readonly string[] {
    return this.group.selection.channels
  }

  /** Address and port of the other end of the connection. */
  get peer(): string {
    return this.#sink.peer
  }

  /** Bytes that wait for the kernel to take them. */
  get pendingBytes(): number {
    return this.#sink.pendingBytes
  }

  /**
   * Finds the position to start from, and writes the opening of the stream: before it returns, where neither the log
   * nor memory must be waited for. Never throws.
   */
  open(): void {
    try {
      // Not in the constructor: a closed connection reports at once, and the hub must know the stream by then.
      this.#sink.listen(this)
      if (this.#state.name === 'starting') this.#state.opening.start()
    } catch (error) {
      this.close('fault', error)
    }
  }

  begin({ reader, gaps, blocks, cursor, resume }: Opening): void {
    const text = frameText(blocks, this.group.selection.framing)
    this.#sink.writeText(text)
    this.#noteWritten(Buffer.byteLength(text))
    this.lastId = cursor
    this.openedAt = this.writtenAt
    this.resume = resume
    this.#traces?.opened(this)
    this.#context.observer.opened(this)
    if (gaps.length > 0) this.#tellGaps(gaps)
    this.#read(reader, true)
  }

  refuse(reason: RefusalReason, blocks: string): void {
    this.#end(blocks)
    this.#leave()
    this.#traces?.connected({ kind: 'refused', reason })
    this.#traces = undefined
    this.#context.observer.refused('stream', reason, this.request)
  }

  deliver(delivery: Delivery): void {
    const { pendingBytes } = this.#sink
    const { bytes, fanOuts } = delivery
    if (
      pendingBytes > 0 &&
      pendingBytes + bytes.length > this.#context.settings().subscriberBuffer
    ) {
      this.#context.droppedEvents += delivery.count
      for (const fanOut of fanOuts ?? []) fanOut.dropped(this, pendingBytes)
      this.group.leave(this)
      this.fallBehind(delivery.before)
      return
    }
    // The time of the whole delivery: to read the clock for each member would cost as much as all else here.
    this.#send(delivery, delivery.startedAt)
    if (fanOuts === undefined || fanOuts.length === 0) return
    this.#traces = traceWritten(this.#traces, fanOuts, this, bytes.length)
    if (this.#traces !== undefined && this.pendingBytes > 0) this.#sink.whenDrained()
  }

  fallBehind(progress: Progress): void {
    this.#read(Reader.at(this.group.tails, progress), false)
  }

  sendGaps(gaps: readonly GapNotice[]): void {
    this.#write(frame(encodeGaps(gaps), this.group.selection.framing))
    this.lastId = gaps.at(-1)!.id
    this.#tellGaps(gaps)
  }

  replay(batch: EncodedBatch): void {
    this.#send(batch)
    this.#context.replayed += batch.count
    const isFirst = this.#isFirstReading
    if (!isFirst) this.#context.lateEvents += batch.count
    // All that a stream reads after it was live was accepted while it was open.
    const { missed, late } = splitAtOpening(batch.traced, isFirst ? this.openedAt! : -Infinity)
    if (isFirst) this.#traces?.replayed(batch.count, missed)
    for (const [channel, events] of late) this.#context.tracing.late(this, channel, events)
  }

  goLive(reader: Reader): boolean {
    if (!this.group.join(this, reader)) return false
    const isFirst = this.#isFirstReading
    this.#enter(LIVE)
    if (isFirst) {
      this.#traces?.connected({ kind: 'live' })
      this.#forgetTraces()
      this.#context.observer.caughtUp(this)
    }
    return true
  }

  onDrained(): void {
    this.#traces?.drained()
    this.#forgetTraces()
    if (this.#state.name === 'behind') this.#state.catchUp.onDrained()
  }

  onGone(cause: string): void {
    this.#finish(cause === 'end' ? 'client' : cause === 'noise' ? 'noise' : 'reset')
  }

  /** Ends the stream with a closing event. `error` is for the observer, never for the client. */
  close(reason: ClosingReason, error?: unknown): void {
    const state = this.#state
    if (state === CLOSED) return
    const isSentOn = reason === 'drain' || reason === 'shed'
    if (isSentOn && state.name === 'starting') return state.opening.refuse('drain')
    this.group.deliverWaiting(this)
    this.#end(encodeClosing(reason, this.#context.retryAfterClose(reason)))
    this.#finish(reason, error)
  }

  /** Ends a stream whose peer would not read a closing event. The client resumes by its cursor. */
  cut(reason: 'stalled' | 'vanished'): void {
    this.#sink.destroy()
    this.#finish(reason)
  }

  /** Checks heartbeat, maximum age and progress; to be called regularly. Returns the number of writes. */
  sweep(now: number): number {
    if (this.#state === CLOSED) return 0
    const { heartbeat, subscriberStall } = this.#context.settings()
    if (this.#sink.isStalled(now, subscriberStall)) {
      this.cut('stalled')
      return 0
    }
    // No id stands on `runnel.expire`, so a stream that waits for the log is opened or refused first.
    if (now >= this.expiresAt && this.#state.name !== 'starting') {
      this.close('age')
      return 1
    }
    if (this.#sink.pendingBytes > 0 || now - this.writtenAt < heartbeat) return 0
    this.#write(HEARTBEATS[this.group.selection.framing][this.#ping ? 'ping' : 'comment'])
    return 1
  }

  /** Reads the log from here until the stream is live. `isFirst`: it never was. */
  #read(reader: Reader, isFirst: boolean): void {
    const catchUp = new CatchUp(this, this.#sink, reader, this.#context.scheduler)
    this.#enter({ name: 'behind', catchUp, isFirst })
    catchUp.start()
  }

  get #isFirstReading(): boolean {
    return this.#state.name === 'behind' && this.#state.isFirst
  }

  #enter(state: State): void {
    if (this.#state.name === 'behind') this.#state.catchUp.close()
    this.#state = state
  }

  #tellGaps(gaps: readonly GapNotice[]): void {
    this.#context.observer.gapped(
      this,
      gaps.map(({ gap }) => gap),
    )
  }

  #forgetTraces(): void {
    if (this.#traces?.isEmpty === true) this.#traces = undefined
  }

  #send({ bytes, count, lastId }: EncodedBatch, at = performance.now()): void {
    this.#write(bytes, at)
    this.events += count
    this.#context.delivered += count
    this.lastId = lastId
  }

  #write(bytes: Buffer, at = performance.now()): void {
    this.#sink.write(bytes)
    this.#noteWritten(bytes.length, at)
  }

  #noteWritten(bytes: number, at = performance.now()): void {
    this.bytes += bytes
    this.#context.sentBytes += bytes
    this.writtenAt = at
  }

  #end(blocks: string): void {
    const bytes = closingFrame(blocks, this.group.selection.framing)
    this.#sink.end(bytes)
    this.bytes += bytes.length
    this.#context.sentBytes += bytes.length
  }

  #finish(reason: CloseReason, error?: unknown): void {
    if (this.#state === CLOSED) return
    this.#leave()
    this.#traces?.closed(reason, error)
    this.#traces = undefined
    this.#context.observer.closed(this, reason, error)
    this.#context.tracing.closed(this, reason, error)
  }

  /** Gives back everything that the stream has taken. */
  #leave(): void {
    if (this.#state.name === 'starting') this.#state.opening.abandon()
    this.#enter(CLOSED)
    this.group.leave(this)
    this.#context.release(this)
    this.#slot.release()
  }
}
