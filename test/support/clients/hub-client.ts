import { setImmediate } from 'node:timers/promises'
import type { Framing } from '../../../src/hub/frame.ts'
import type { Hub } from '../../../src/hub/hub.ts'
import type { PollAnswer } from '../../../src/hub/poll.ts'
import type { Start } from '../../../src/hub/reader.ts'
import type { ConnectTrace } from '../../../src/hub/stream-tracing.ts'
import type { Subscriber } from '../../../src/hub/subscriber.ts'
import { CheckedClient, type ToldEvent } from './checked-client.ts'
import type { EventLedger } from '../event-ledger.ts'
import { FakeSink } from '../fake-sink.ts'
import { resumeFrom, slotOf, streamRequest } from '../stream-request.ts'

/** A checked client that reaches a hub without sockets, now by a stream, now by polls. */
export class HubClient extends CheckedClient {
  readonly channels: readonly string[]
  /** Faults that its checks found: an error thrown in the middle of a fan-out would reach no test. */
  readonly objections: unknown[] = []
  sink: FakeSink | undefined
  subscriber: Subscriber | undefined
  /** How often a slot was given back, all of its streams together. */
  releasedSlots = 0
  /** The trace of the streams that it opens. */
  connectTrace: ConnectTrace | undefined
  readonly #framing: Framing
  #isStuck = false

  constructor(ledger: EventLedger, channels: readonly string[], framing: Framing = 'raw') {
    super(ledger, channels)
    this.channels = channels
    this.#framing = framing
  }

  get isOpen(): boolean {
    return this.sink?.isOpen ?? false
  }

  /** Takes no bytes, on this connection and those to come. */
  set isStuck(isStuck: boolean) {
    this.#isStuck = isStuck
    if (this.sink === undefined) return
    this.sink.isStuck = isStuck
    if (!isStuck) this.sink.drain()
  }

  /** `from` counts on a first connect only. */
  open(hub: Hub, from: Start['from'] = 'latest', ping = false): void {
    this.leave()
    const take = this.connect()
    const sink = new FakeSink(this.#framing, (body) => {
      try {
        take(body)
      } catch (error) {
        this.objections.push(error)
      }
    })
    sink.isStuck = this.#isStuck
    this.sink = sink
    this.subscriber = hub.open(
      { channels: this.channels, envelope: this.channels.length > 1, framing: this.#framing },
      sink,
      streamRequest(this.#start(from), {
        ping,
        connect: this.connectTrace,
        pollPath: (cursor) => `/poll?${cursor}`,
        slot: slotOf(() => {
          this.releasedSlots++
        }),
      }),
    )
  }

  /** Breaks the connection after `bytes` more bytes; later ones never arrive. */
  leave(bytes = 0): void {
    this.sink?.break(bytes)
    this.sink = undefined
  }

  /** Polls once without a wait. Uses the first `count` events of the answer. */
  async poll(
    hub: Hub,
    limit: number,
    from: Start['from'] = 'latest',
    count = limit,
  ): Promise<PollAnswer> {
    this.leave()
    const deadline = AbortSignal.abort()
    const start = this.#start(from)
    const answer = await hub.poll(this.channels, { start, limit, deadline, cut: neverCut })
    answer.release()
    const events = answer.events.map((text) => JSON.parse(text) as ToldEvent)
    this.takeAnswer({ ...answer, events }, Math.min(count, events.length))
    return answer
  }

  #start(from: Start['from']): Start {
    return resumeFrom(this.cursor, this.channels.length, from)
  }
}

function neverCut(): boolean {
  throw new Error('expected room for the answer, got it revoked')
}

/** Waits for `count` turns of the event loop. */
export async function passTurns(count = 1): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate()
}
