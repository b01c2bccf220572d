import type { SubscriberObserver } from '../../loadtest/driver/subscriber-observer.ts'
import type { DecodedEvent } from '../../src/wire/decode.ts'

/** Keeps what happened to a subscriber of the load test. */
export class SubscriberRecord implements SubscriberObserver {
  readonly events: DecodedEvent[] = []
  /** All that came, in order: the names of the calls, with the reasons of ends. */
  readonly calls: string[] = []
  /** Of bodies. */
  bytes = 0

  /** The data of events that are not the service's own. */
  get texts(): readonly string[] {
    return this.events.filter(({ event }) => !event.startsWith('runnel.')).map(({ data }) => data)
  }

  connecting(): void {
    this.calls.push('connecting')
  }

  answered(): void {
    this.calls.push('answered')
  }

  opened(): void {
    this.calls.push('opened')
  }

  read(bytes: number): void {
    this.bytes += bytes
  }

  event(event: DecodedEvent): void {
    this.events.push(event)
  }

  refused(reason: string): void {
    this.calls.push(`refused: ${reason}`)
  }

  deadEnd(reason: string): void {
    this.calls.push(`dead end: ${reason}`)
  }

  connectFailed(reason: string): void {
    this.calls.push(`connect failed: ${reason}`)
  }

  cut(reason: string): void {
    this.calls.push(`cut: ${reason}`)
  }

  closing(_eventName: string, reason: string): void {
    this.calls.push(`closing: ${reason}`)
  }

  closed(): void {
    this.calls.push('closed')
  }
}
