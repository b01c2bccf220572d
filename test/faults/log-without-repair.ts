import type {
  AppendResult,
  EventLog,
  Follower,
  IdempotencyKey,
  LogStatus,
  NewEvent,
  ReadRange,
  ReadResult,
} from '../../src/log/event-log.ts'
import { MemoryLog } from '../../src/log/memory/memory-log.ts'

/**
 * A log that passes on the notifications that reach it, and never reads events whose notifications were lost.
 * A test uses it to show that the checker detects such a log.
 */
export class LogWithoutRepair implements EventLog {
  readonly #shared: EventLog
  readonly #heard = new MemoryLog(() => ({
    historyEvents: 100_000,
    historyAge: 3_600_000,
    historyBytes: 1024 ** 3,
    logBytes: 1024 ** 3,
    maxChannels: 10,
  }))
  readonly #followed = new Map<string, Promise<unknown>>()

  constructor(shared: EventLog) {
    this.#shared = shared
  }

  async append(
    channel: string,
    events: readonly NewEvent[],
    key?: IdempotencyKey,
  ): Promise<AppendResult> {
    return this.#shared.append(channel, events, key)
  }

  async read(channel: string, range: ReadRange): Promise<ReadResult> {
    return this.#heard.read(channel, range)
  }

  async follow(channel: string, follower: Follower): Promise<() => void> {
    const following = this.#followed.get(channel) ?? this.#hear(channel)
    this.#followed.set(channel, following)
    await following
    return this.#heard.follow(channel, follower)
  }

  watchTraces(): () => void {
    return () => {}
  }

  reaches(channel: string): boolean {
    return this.#shared.reaches(channel)
  }

  isLive(): boolean {
    return true
  }

  status(): LogStatus {
    return this.#shared.status()
  }

  async close(): Promise<void> {
    await this.#heard.close()
    await this.#shared.close()
  }

  async #hear(channel: string): Promise<unknown> {
    return this.#shared.follow(channel, {
      events: (_epoch, events) => {
        void this.#heard.append(channel, events)
      },
      invalidate: () => {},
    })
  }
}
