import type { Follower, LogEvent } from '../../../src/log/event-log.ts'

/** Remembers what a follower was told, doubts among it. */
export class FollowRecorder implements Follower {
  readonly data: string[] = []
  doubts = 0

  events(_epoch: string, events: readonly LogEvent[]): void {
    for (const { data } of events) this.data.push(data)
  }

  doubt(): void {
    this.doubts++
  }
}
