import type { DecodedEvent } from '../../src/wire/decode.ts'
import { parseFields } from '../../src/client/parse-json.ts'
import { parsePosition, type Position } from '../../src/wire/position.ts'
import { GAP } from '../../src/wire/system-event-names.ts'
import { foreignContent, type ChannelContent, type EpochContent } from './channel-content.ts'
import type { SubscribeOptions } from './commands.ts'
import { ConnectionRecorder } from './connection-recorder.ts'
import { DeliveryRecorder } from './delivery-recorder.ts'
import type { DueTimes } from './due-times.ts'
import type { Presence } from './judge-subscriber.ts'
import { PositionReader } from './position-reader.ts'
import { NUMBERS } from './published-events.ts'
import { ReceivedEvents, type Arrival } from './received-events.ts'
import type { NewGap } from './received-gap.ts'
import type { Recording } from './recording.ts'
import type { SubscriberObserver } from './subscriber-observer.ts'

/** Records what one subscriber sees: events for the judge, and for the tally what becomes of its connections. */
export class SubscriberRecorder implements SubscriberObserver {
  readonly received = new ReceivedEvents()
  /** Events of this run whose data was changed on the way, and events and gaps that cannot be read. */
  damaged = 0
  /** Events with a name, though they were published without one: a browser's `onmessage` sees none of them. */
  renamed = 0
  readonly #recording: Recording
  readonly #channel: ChannelContent
  readonly #isReadAtOnce: boolean
  readonly #askedHistory: number
  readonly #connection: ConnectionRecorder
  readonly #deliveries: DeliveryRecorder
  readonly #positions = new PositionReader()
  #content: EpochContent
  #epoch = NUMBERS
  /** It is owed what comes after its last event. */
  #isOwedRest: boolean
  #isClosed = false
  #readAt = 0

  constructor(
    recording: Recording,
    channel: ChannelContent,
    { kind, reading, from, history = 0 }: SubscribeOptions,
  ) {
    this.#recording = recording
    this.#channel = channel
    this.#content = channel.ofEpoch(NUMBERS)
    this.#isReadAtOnce = reading.kind === 'at-once'
    this.#isOwedRest = this.#isReadAtOnce
    const asked = from === 'latest' ? 0 : from
    this.#askedHistory = asked === 'earliest' ? history : Math.min(asked, history)
    this.#connection = new ConnectionRecorder(recording.tally, this.#isReadAtOnce)
    this.#deliveries = new DeliveryRecorder(recording, this.#connection, kind === 'stream')
  }

  get presence(): Presence {
    const { firstOpenedAt: openedAt, askedAt } = this.#connection
    const staysToEnd = this.#isRemaining && openedAt !== undefined
    return { askedAt, openedAt, askedHistory: this.#askedHistory, staysToEnd }
  }

  /** It reads as it comes from here on. Its events are late by its own doing, so its times tell nothing of the server. */
  expectRest(): void {
    this.#isOwedRest = true
  }

  /** To be called when the publisher's record is there and no more is awaited. */
  finish(at: number, dues: DueTimes): void {
    if (!this.#isReadAtOnce) return
    this.#deliveries.finish(dues, this.#isRemaining)
    if (this.#isRemaining) this.#connection.finish(at, dues)
  }

  /** It should get all that comes, to the end of the run. */
  get #isRemaining(): boolean {
    return !this.#isClosed && this.#isOwedRest
  }

  connecting(at: number): void {
    this.#connection.connecting(at)
    this.#deliveries.connecting(at)
  }

  answered(at: number): void {
    this.#connection.answered(at)
  }

  opened(at: number): void {
    this.#connection.opened(at)
    // Numbers begin before any event: what is owed is decided by the time of the opening.
    if (!this.#recording.hasPositions) this.received.stand(NUMBERS, 0)
  }

  read(bytes: number, at: number): void {
    this.#readAt = at
    this.#recording.heldBack.reset()
    this.#recording.tally.counts.bytes += bytes
  }

  event(event: DecodedEvent): void {
    this.#connection.event(this.#readAt)
    if (this.#recording.hasPositions && event.event.startsWith('runnel.')) this.#takeSystem(event)
    else this.#take(event)
  }

  refused(reason: string): void {
    this.#connection.ended('refusals', reason)
  }

  deadEnd(reason: string): void {
    this.#connection.ended('deadEnds', reason)
  }

  connectFailed(reason: string): void {
    this.#connection.ended('connectFailures', reason)
  }

  cut(reason: string, at: number): void {
    this.#connection.cut(reason, at)
  }

  closing(eventName: string, reason: string, at: number): void {
    this.#connection.closing(eventName, reason, at)
  }

  closed(): void {
    this.#isClosed = true
  }

  #take({ event, data, id }: DecodedEvent): void {
    const { payload, hasPositions } = this.#recording
    const kind = event === 'message' ? payload.read(data) : 'renamed'
    let arrival: Arrival = 'next'
    if (hasPositions) {
      const offset = this.#readOffset(id)
      if (offset === undefined) {
        this.damaged++
        return
      }
      arrival = this.received.receive(this.#epoch, offset)
      if (kind === 'damaged') this.damaged++
      else if (kind === 'renamed') this.renamed++
      else this.#content.add(offset, kind === 'own' ? payload.number : foreignContent(data))
    } else if (kind === 'own') {
      arrival = this.received.receive(NUMBERS, payload.number)
      this.#content.add(payload.number, payload.number)
    } else if (kind === 'renamed') {
      this.renamed++
    } else {
      this.damaged++
    }
    this.#count(arrival)
    if (kind === 'own' && arrival !== 'duplicated') this.#recordDelivery()
  }

  #recordDelivery(): void {
    const { payload, tally, onDelivery } = this.#recording
    tally.counts.deliveries++
    // Who reads slowly is late by its own doing.
    if (this.#isReadAtOnce) this.#deliveries.delivery(payload, this.#readAt)
    onDelivery()
  }

  #count(arrival: Arrival): void {
    if (arrival === 'next') return
    const { hasPositions, tally } = this.#recording
    if (arrival === 'duplicated') tally.counts.duplicates++
    // Without positions, the order of two publishes that are under way is the server's to choose.
    else if (!hasPositions) return
    else if (arrival === 'hole') tally.counts.holes++
    else tally.counts.reorderings++
  }

  /** An offset of `#epoch`, which follows the id; undefined if it is no position. */
  #readOffset(id: string): number | undefined {
    const offset = this.#positions.read(id)
    const { epoch } = this.#positions
    if (epoch !== this.#epoch) {
      this.#epoch = epoch
      this.#content = this.#channel.ofEpoch(epoch)
    }
    return offset
  }

  #takeSystem({ event, data, id }: DecodedEvent): void {
    const position = parsePosition(id)
    if (event === GAP) {
      this.#recording.tally.counts[this.#isReadAtOnce ? 'gaps' : 'slowGaps']++
      const gap = position && parseGap(data)
      if (gap === undefined) this.damaged++
      else this.received.announce({ ...gap, id: position!, at: this.#readAt })
    } else if (position !== undefined) {
      this.received.stand(position.epoch, position.offset)
    }
  }
}

function parseGap(data: string): Pick<NewGap, 'reason' | 'from' | 'to'> | undefined {
  const { reason, from, to } = parseFields(data)
  if (typeof reason !== 'string') return undefined
  return { reason, from: parseBound(from), to: parseBound(to) }
}

function parseBound(value: unknown): Position | null {
  return typeof value === 'string' ? (parsePosition(value) ?? null) : null
}
