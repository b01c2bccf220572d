import type { Follower, LogEvent } from '../../../src/log/event-log.ts'

/** Remembers what a follower was told, invalidations among it. */
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
