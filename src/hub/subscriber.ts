import { randomId } from '../lib/random-id.ts'
import { jittered } from '../lib/jitter.ts'
import { LogUnavailable } from '../log/event-log.ts'
import { NO_POSITION, parseCursor } from '../wire/cursor.ts'
import { encodeId, encodeRetry } from '../wire/encode.ts'
import {
  encodeClosing,
  encodeGap,
  encodeOpen,
  encodeRefusal,
  HEARTBEATS,
  type ClosingReason,
} from './encode-system-event.ts'
import { closingFrame, frame } from './frame.ts'
import type { EncodedBatch } from './encode-batch.ts'
import type { FanOutGroup, Member } from './fan-out-group.ts'
import type { CloseReason, RequestRecord, StreamRecord } from './hub-observer.ts'
import type { StreamSink, SinkListener } from './stream-sink.ts'
import { Reader, type GapNotice, type Progress } from './reader.ts'
import type { StreamContext, StreamRequest, StreamSlot } from './stream-context.ts'
import type { ScheduledWriter } from './write-scheduler.ts'

/** How long a reader waits before it repeats a failed read of the log, in ms. */
const LOG_RETRY = 1_000

/**
 * One stream. It is either behind, with a reader of its own, or live, a member of its group; it falls
 * behind when its socket does not keep up, and never holds more than one batch or
 * `SUBSCRIBER_BUFFER` bytes for it.
 */
export class Subscriber implements Member, ScheduledWriter, SinkListener, StreamRecord {
  readonly id = randomId(16)
  readonly request: RequestRecord
  openedAt: number | undefined = undefined
  resumed = false
  resume: StreamRecord['resume'] = 'none'
  events = 0
  bytes = 0
  lastId = ''
  nextDelivery = 0
  /** `performance.now()` when the last byte was written, for heartbeats. */
  writtenAt = performance.now()
  /** `performance.now()` at which the maximum age is reached. */
  readonly expiresAt: number
  readonly group: FanOutGroup
  readonly #sink: StreamSink
  readonly #context: StreamContext<Subscriber>
  readonly #slot: StreamSlot
  readonly #ping: boolean
  #reader: Reader | undefined
  #isWaiting = false
  #isClosed = false

  constructor(
    group: FanOutGroup,
    sink: StreamSink,
    { request, slot, ping }: StreamRequest,
    context: StreamContext<Subscriber>,
  ) {
    this.group = group
    this.#sink = sink
    this.#context = context
    this.#slot = slot
    this.#ping = ping
    this.request = request
    // Jittered, so that clients whose streams began together do not all reconnect together.
    this.expiresAt = this.writtenAt + context.settings().maxAge * (0.8 + Math.random() * 0.2)
  }

  get channels(): readonly string[] {
    return this.group.selection.channels
  }

  /** Address and port of the other end of the connection. */
  get peer(): string {
    return this.#sink.peer
  }

  /** Finds the position to start from, and writes the opening of the stream. Never rejects. */
  async open(request: StreamRequest): Promise<void> {
    const { start } = request
    // Not in the constructor: a closed connection reports at once, and the hub must know the stream by then.
    this.#sink.listen(this)
    try {
      const isWanted = () => !this.#isClosed
      const { reader, gaps } = await Reader.begin(this.group.tails, start, { isWanted })
      if (this.#isClosed) {
        reader.close()
        return
      }
      this.#begin(reader, gaps, start.cursor !== undefined && gaps.length === 0)
    } catch (error) {
      if (error instanceof LogUnavailable) this.#refuse(request)
      else this.close('fault', error)
    }
  }

  deliver(batch: EncodedBatch, before: Progress): void {
    const { pendingBytes } = this.#sink
    if (
      pendingBytes > 0 &&
      pendingBytes + batch.bytes.length > this.#context.settings().subscriberBuffer
    ) {
      this.group.leave(this)
      this.fallBehind(before)
      return
    }
    this.#send(batch)
  }

  fallBehind(progress: Progress): void {
    this.#reader = Reader.at(this.group.tails, progress)
    this.#continue()
  }

  takeTurn(): number {
    const reader = this.#reader
    if (this.#isClosed || reader === undefined || this.#isWaiting) return 0
    try {
      return this.#readOn(reader)
    } catch (error) {
      this.close('fault', error)
      return 0
    }
  }

  onDrained(): void {
    this.#isWaiting = false
    this.#continue()
  }

  onGone(cause: string): void {
    this.#finish(cause === 'end' ? 'client' : cause === 'noise' ? 'noise' : 'reset')
  }

  /** Ends the stream with a closing event. `error` is for the observer, never for the client. */
  close(reason: ClosingReason, error?: unknown): void {
    if (this.#isClosed) return
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
    if (this.#isClosed) return 0
    const { heartbeat, subscriberStall } = this.#context.settings()
    if (this.#sink.isStalled(now, subscriberStall)) {
      this.cut('stalled')
      return 0
    }
    if (now >= this.expiresAt) {
      this.close('age')
      return 1
    }
    if (this.#sink.pendingBytes > 0 || now - this.writtenAt < heartbeat) return 0
    this.#write(HEARTBEATS[this.group.selection.framing][this.#ping ? 'ping' : 'comment'])
    return 1
  }

  #readOn(reader: Reader): number {
    if (this.#sink.pendingBytes > 0) {
      this.#isWaiting = true
      this.#sink.whenDrained()
      return 0
    }

    const gaps = reader.skipGaps()
    if (gaps.length > 0) {
      this.#sendGaps(gaps)
      this.#continue()
      return 1
    }
    const batch = this.group.replay(reader)
    if (batch !== undefined) {
      this.#send(batch)
      this.#continue()
      return 1
    }
    if (reader.isBehind(this.group.target)) {
      this.#isWaiting = true
      void this.#prepare(reader)
    } else if (this.group.join(this, reader)) {
      this.#endReading()
    } else {
      this.#continue()
    }
    return 0
  }

  #begin(reader: Reader, gaps: readonly GapNotice[], resumed: boolean): void {
    const { heartbeat, retry } = this.#context.settings()
    const cursor = reader.cursor()
    const primer =
      gaps.length === 0 ? encodeId(cursor) : gaps.map(({ id, gap }) => encodeGap(id, gap)).join('')
    const open = encodeOpen({ stream: this.id, cursor, resumed, heartbeat })
    this.#write(frame(encodeRetry(jittered(retry)) + primer + open, this.group.selection.framing))
    this.lastId = cursor
    this.openedAt = this.writtenAt
    this.resumed = resumed
    this.resume = resumed ? 'resumed' : gaps.length > 0 ? 'gap' : 'none'
    this.#reader = reader
    this.#context.observer.opened(this)
    this.#continue()
  }

  #refuse({ start, pollPath }: StreamRequest): void {
    if (this.#isClosed) return
    const { cursor } = start
    const isCursor = cursor !== undefined && parseCursor(cursor, this.channels.length) !== undefined
    const id = isCursor ? cursor : NO_POSITION
    const retry = this.#context.retryAfterClose('log')
    this.#end(encodeRefusal({ reason: 'log', retry, cursor: id, poll: pollPath(id) }))
    this.#leave()
    this.#context.observer.refused('stream', 'log', this.request)
  }

  async #prepare(reader: Reader): Promise<void> {
    try {
      await reader.load()
    } catch (error) {
      if (!(error instanceof LogUnavailable)) {
        this.close('fault', error)
        return
      }
      await new Promise((resolve) => {
        setTimeout(resolve, LOG_RETRY).unref()
      })
    }
    this.#isWaiting = false
    this.#continue()
  }

  #endReading(): void {
    this.#reader?.close()
    this.#reader = undefined
  }

  #continue(): void {
    if (!this.#isClosed) this.#context.scheduler.add(this)
  }

  #sendGaps(gaps: readonly GapNotice[]): void {
    const blocks = gaps.map(({ id, gap }) => encodeGap(id, gap)).join('')
    this.#write(frame(blocks, this.group.selection.framing))
    this.lastId = gaps.at(-1)!.id
  }

  #send({ bytes, count, lastId }: EncodedBatch): void {
    this.#write(bytes)
    this.events += count
    this.#context.delivered += count
    this.lastId = lastId
  }

  #write(bytes: Buffer): void {
    this.#sink.write(bytes)
    this.bytes += bytes.length
    this.writtenAt = performance.now()
  }

  #end(blocks: string): void {
    const bytes = closingFrame(blocks, this.group.selection.framing)
    this.#sink.end(bytes)
    this.bytes += bytes.length
  }

  #finish(reason: CloseReason, error?: unknown): void {
    if (this.#isClosed) return
    this.#leave()
    this.#context.observer.closed(this, reason, error)
  }

  /** Gives back everything that the stream has taken. */
  #leave(): void {
    this.#isClosed = true
    this.#endReading()
    this.group.leave(this)
    this.#context.release(this)
    this.#slot.release()
  }
}
