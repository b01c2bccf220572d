import { LogUnavailable } from '../log/event-log.ts'
import type { EncodedBatch } from './encode-batch.ts'
import type { FanOutGroup } from './fan-out-group.ts'
import type { GapNotice, Reader } from './reader.ts'
import type { StreamSink } from './stream-sink.ts'
import type { ScheduledWriter, WriteScheduler } from './write-scheduler.ts'

/** How long a reader waits before it repeats a failed read of the log, in ms. */
const LOG_RETRY = 1_000

/** A stream that is behind. */
export interface LaggingStream {
  readonly group: FanOutGroup
  sendGaps(gaps: readonly GapNotice[]): void
  /** Sends a batch that was read from the log. */
  replay(batch: EncodedBatch): void
  /** Joins the group, if the reader stands where the members do, and ends the catch-up. Returns whether it does. */
  goLive(reader: Reader): boolean
  close(reason: 'fault', error: unknown): void
}

/** Reads the log for one stream that is behind, as fast as its socket takes bytes, until the stream is live. */
export class CatchUp implements ScheduledWriter {
  readonly #stream: LaggingStream
  readonly #sink: StreamSink
  readonly #reader: Reader
  readonly #scheduler: WriteScheduler
  /** What it waits for; undefined if it can go on. */
  #awaited: 'drain' | 'log' | undefined
  #isOver = false

  /** `stream` passes on the calls of `onDrained`. */
  constructor(stream: LaggingStream, sink: StreamSink, reader: Reader, scheduler: WriteScheduler) {
    this.#stream = stream
    this.#sink = sink
    this.#reader = reader
    this.#scheduler = scheduler
  }

  /** A stream that has missed nothing is live at once. */
  start(): void {
    const isBehind = this.#reader.isBehind(this.#stream.group.target)
    if (isBehind || !this.#stream.goLive(this.#reader)) this.#continue()
  }

  close(): void {
    this.#isOver = true
    this.#reader.close()
  }

  /** The kernel has taken all bytes of the stream. */
  onDrained(): void {
    if (this.#awaited === 'drain') this.#continue()
  }

  takeTurn(): number {
    if (this.#isOver || this.#awaited !== undefined) return 0
    try {
      return this.#readOn()
    } catch (error) {
      this.#stream.close('fault', error)
      return 0
    }
  }

  /** Returns the number of writes. */
  #readOn(): number {
    const stream = this.#stream
    const reader = this.#reader
    const { group } = stream
    if (this.#sink.pendingBytes > 0) {
      this.#awaited = 'drain'
      this.#sink.whenDrained()
      return 0
    }

    const gaps = reader.skipGaps()
    if (gaps.length > 0) {
      stream.sendGaps(gaps)
      this.#continue()
      return 1
    }
    const batch = group.replay(reader)
    if (batch !== undefined) {
      stream.replay(batch)
      this.#continue()
      return 1
    }
    if (reader.isBehind(group.target)) {
      this.#awaited = 'log'
      void this.#load()
    } else if (!stream.goLive(reader)) {
      group.hurry()
      this.#continue()
    }
    return 0
  }

  async #load(): Promise<void> {
    try {
      await this.#reader.load()
    } catch (error) {
      if (!(error instanceof LogUnavailable)) {
        this.#stream.close('fault', error)
        return
      }
      await new Promise((resolve) => {
        setTimeout(resolve, LOG_RETRY).unref()
      })
    }
    this.#continue()
  }

  #continue(): void {
    this.#awaited = undefined
    this.#scheduler.add(this)
  }
}
