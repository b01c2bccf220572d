import { writeSync } from 'node:fs'

/** Lines that are complete and wait to be written. */
interface Batch {
  /** Those that are not written yet. */
  readonly bytes: Buffer
  readonly lines: number
}

export interface BatchWriterOptions {
  /** Opens a descriptor whose writes do not block. Called at the first line. */
  readonly open: () => number
  /** The line that stands in the place of lines that were lost. */
  readonly describeLoss: (count: number) => string
}

/** Lines wait for others so long, in ms: a system call for each would cost more than all else about them. */
const DELAY = 10
/** Lines of this length together wait no longer, in characters. */
const LONGEST_BATCH = 65_536
/**
 * Bounds what waits for a slow reader, in bytes. Ten thousand streams may end in one moment, each with a line of some
 * hundred bytes.
 */
const MAX_WAITING = 16_777_216
/** How long the end of the process waits for a reader, in ms. */
const LONGEST_END = 5_000
/** Between two attempts to write meanwhile, in ms. */
const PAUSE_AT_END = 1

/** Errors of a pipe that nobody reads any more, and of a terminal that was closed, or a disk that is broken. */
const READER_IS_GONE: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO'])

/**
 * Writes lines in order, many with one system call. A reader that is slow blocks nothing: lines wait in memory up to a
 * bound, and those beyond it are lost and counted. Whatever ends the process, if only it may still act, what waits is
 * written before.
 *
 * No write runs in a thread, so that it is known at each moment what is written and what is not.
 */
export class BatchWriter {
  readonly #options: BatchWriterOptions
  #descriptor: number | undefined
  #batch: string[] = []
  /** Of the batch, in characters. */
  #length = 0
  /** The first is perhaps written in part. */
  readonly #waiting: Batch[] = []
  #waitingBytes = 0
  #timer: NodeJS.Timeout | undefined
  /** Lines in a row that were lost, and that no line tells of yet. */
  #lost = 0
  #lostLines = 0

  constructor(options: BatchWriterOptions) {
    this.#options = options
  }

  /** All lines that found no room, or whose reader was gone. */
  get lostLines(): number {
    return this.#lostLines
  }

  write(line: string): void {
    this.#descriptor ??= this.#open()
    if (!this.#makeRoom()) {
      this.#lost++
      this.#lostLines++
      return
    }
    this.#add(line)
    if (this.#length >= LONGEST_BATCH) {
      this.#completeBatch()
      // A reader that is slow is not asked more often because there is more for it.
      if (this.#waiting.length === 1) this.#writeWaiting()
    }
    if (this.#timer === undefined) this.#startTimer()
  }

  #startTimer(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#completeBatch()
      this.#writeWaiting()
      if (this.#waiting.length > 0) this.#startTimer()
    }, DELAY)
  }

  /** Whether one more line may wait. */
  #makeRoom(): boolean {
    // Only once there is room for many, so that one line tells of a whole row.
    const limit = this.#lost > 0 ? MAX_WAITING / 2 : MAX_WAITING
    if (this.#waitingBytes + this.#length > limit) return false
    if (this.#lost > 0) this.#add(this.#options.describeLoss(this.#lost))
    this.#lost = 0
    return true
  }

  #add(line: string): void {
    this.#batch.push(line)
    this.#length += line.length
  }

  #completeBatch(): void {
    if (this.#length === 0) return
    const bytes = Buffer.from(this.#batch.join(''))
    this.#waiting.push({ bytes, lines: this.#batch.length })
    this.#batch = []
    this.#length = 0
    this.#waitingBytes += bytes.length
  }

  #open(): number {
    process.once('exit', () => {
      this.#finish()
    })
    return this.#options.open()
  }

  /** As far as the reader takes it. */
  #writeWaiting(): void {
    if (this.#descriptor === undefined) return
    try {
      for (let [batch] = this.#waiting; batch !== undefined; [batch] = this.#waiting) {
        const { bytes, lines } = batch
        const count = writeSync(this.#descriptor, bytes)
        this.#waitingBytes -= count
        if (count < bytes.length) this.#waiting[0] = { bytes: bytes.subarray(count), lines }
        else this.#waiting.shift()
      }
    } catch (error) {
      // All else may pass: a full pipe (EAGAIN) as well as a full disk.
      const isReaderGone =
        error instanceof Error && 'code' in error && READER_IS_GONE.has(error.code)
      if (isReaderGone) this.#forget()
    }
  }

  /** What was for a reader that is gone is for nobody else. */
  #forget(): void {
    for (const { lines } of this.#waiting) this.#lostLines += lines
    this.#waiting.length = 0
    this.#waitingBytes = 0
    this.#lost = 0
  }

  /** Writes what is left. It blocks, since no timer comes any more. */
  #finish(): void {
    const clock = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
    const end = performance.now() + LONGEST_END
    for (;;) {
      if (this.#lost > 0) this.#makeRoom()
      this.#completeBatch()
      this.#writeWaiting()
      const isDone = this.#waiting.length === 0 && this.#lost === 0
      if (isDone || performance.now() > end) return
      Atomics.wait(clock, 0, 0, PAUSE_AT_END)
    }
  }
}
