import type { Follower, LogEvent } from '../../../src/log/event-log.ts'

/** A follower that records its events and invalidations. */
export class FollowRecorder implements Follower {
  readonly data: string[] = []
  invalidations = 0

  events(_epoch: string, events: readonly LogEvent[]): void {
    for (const { data } of events) this.data.push(data)
  }

  invalidate(): void {
    this.invalidations++
  }
}
