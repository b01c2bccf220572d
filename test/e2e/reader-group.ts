import { vi } from 'vitest'
import type { Publisher } from './publisher.ts'
import { NativeReader, PersistentReader, type Reader } from './readers.ts'
import type { DeliveryRecord } from './delivery-record.ts'

/**
 * Milliseconds: enough for a pod to start, and for an ingress to cut the streams of retired workers (240
 * s).
 */
const PATIENCE = 300_000

interface ReaderGroupOptions {
  readonly url: string
  readonly count: number
  /** Whether every other reader is a NativeReader, which gives up at the first answer that is no stream. */
  readonly hasNative?: boolean
}

/** Many readers of one stream. */
export class ReaderGroup implements Disposable {
  readonly records: readonly DeliveryRecord[]
  readonly #readers: readonly Reader[]

  constructor({ url, count, hasNative = true }: ReaderGroupOptions) {
    this.#readers = Array.from({ length: count }, (_, index) =>
      hasNative && index % 2 === 0 ? new NativeReader(url) : new PersistentReader(url),
    )
    this.records = this.#readers.map(({ record }) => record)
  }

  /** Resolves when each reader has got an event. */
  async begins(): Promise<void> {
    await this.all(({ events }) => {
      if (events.length === 0) throw new Error('expected an event')
    })
  }

  /** Publishes a last event, and checks each record against all published events. */
  async expectConsistentEnd(publisher: Publisher): Promise<void> {
    const last = await publisher.finish()
    await this.all(({ events }) => {
      const id = events.at(-1)?.id
      if (id !== last) throw new Error(`expected to end with ${last}, got ${id}`)
    })
    for (const record of this.records) record.expectConsistent(publisher)
  }

  /** Resolves when the check throws for no record. */
  async all(check: (record: DeliveryRecord) => void): Promise<void> {
    await vi.waitFor(
      () => {
        for (const record of this.records) check(record)
      },
      { timeout: PATIENCE, interval: 100 },
    )
  }

  /** The number of readers that lost a stream and have opened another. */
  get back(): number {
    return this.records.filter(({ pauses }) => pauses.length > 0).length
  }

  /** The number of readers that came back, and the longest pause of any. */
  get summary(): string {
    const worst = Math.max(0, ...this.records.flatMap(({ pauses }) => pauses))
    return `${this.back} of ${this.records.length} streams back, worst pause ${Math.round(worst)} ms`
  }

  [Symbol.dispose](): void {
    for (const reader of this.#readers) reader[Symbol.dispose]()
  }
}
