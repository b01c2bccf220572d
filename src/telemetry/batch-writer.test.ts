import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { BatchWriter } from './batch-writer.ts'

/** More than any line waits for others, in ms. */
const A_WHILE = 100
/** Of what waits for a slow reader, in bytes. */
const BOUND = 16 << 20
/** Of one line, in bytes. */
const LINE = 1 << 20

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
})

test('once lines are lost, more of them wait only when half of the bound is free', () => {
  using pipe = new Pipe()
  const { writer, offer } = writeTo(pipe)
  offer(20)
  pipe.read(BOUND / 4)
  offer(5)
  pipe.read(BOUND)
  offer(2)

  const kept = pipe.read()
  const before = kept.findIndex((line) => line.startsWith('lost'))
  expect(before).toBeGreaterThanOrEqual(BOUND / LINE - 1)
  const first = Array.from({ length: before }, (_, n) => String(n + 1))
  expect(kept).toEqual([...first, `lost ${25 - before}`, '26', '27'])
  expect(writer.lostLines).toBe(25 - before)
})

test('nothing of what waits for a reader that goes is left for the next one', () => {
  using pipe = new Pipe()
  const { writer, offer } = writeTo(pipe)
  offer(20)
  pipe.changeReader(() => {
    vi.advanceTimersByTime(A_WHILE)
  })
  offer(15)

  // The pipe itself still holds a part of the first line.
  expect(pipe.read().slice(1)).toEqual(Array.from({ length: 14 }, (_, n) => String(22 + n)))
  expect(writer.lostLines).toBe(20)
})

/** `offer` writes so many long lines, each of which begins with its number. */
function writeTo(pipe: Pipe) {
  const writer = new BatchWriter({
    open: () => pipe.writeEnd,
    describeLoss: (count) => `lost ${count}\n`,
  })
  let offered = 0
  const offer = (count: number) => {
    for (let n = 0; n < count; n++) writer.write(`${++offered} `.padEnd(LINE - 1, '-') + '\n')
    vi.advanceTimersByTime(A_WHILE)
  }
  return { writer, offer }
}

/** A pipe of the kernel, of which nothing is read until the test reads. */
class Pipe {
  readonly #folder = mkdtempSync(join(tmpdir(), 'runnel-pipe-'))
  readonly #path = join(this.#folder, 'pipe')
  #readEnd: number
  readonly writeEnd: number
  #text = ''

  constructor() {
    execFileSync('mkfifo', [this.#path])
    this.#readEnd = this.#openReadEnd()
    this.writeEnd = openSync(this.#path, constants.O_WRONLY | constants.O_NONBLOCK)
  }

  /** Reads while the writer goes on, until there are so many bytes in all or no more come. Returns how all lines begin. */
  read(most = Number.POSITIVE_INFINITY): string[] {
    const bytes = Buffer.alloc(LINE)
    for (let count = 1; count > 0 && this.#text.length < most;) {
      count = this.#readOnce(bytes)
      this.#text += bytes.toString('utf8', 0, count)
      vi.advanceTimersByTime(A_WHILE)
    }
    const lines = this.#text.split('\n').slice(0, -1)
    return lines.map((line) => line.replace(/ -*$/, ''))
  }

  /** Calls `meanwhile` while there is no reader. */
  changeReader(meanwhile: () => void): void {
    closeSync(this.#readEnd)
    meanwhile()
    this.#readEnd = this.#openReadEnd()
  }

  [Symbol.dispose](): void {
    closeSync(this.#readEnd)
    closeSync(this.writeEnd)
    rmSync(this.#folder, { recursive: true })
  }

  #readOnce(bytes: Buffer): number {
    try {
      return readSync(this.#readEnd, bytes)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0
      throw error
    }
  }

  #openReadEnd(): number {
    return openSync(this.#path, constants.O_RDONLY | constants.O_NONBLOCK)
  }
}
