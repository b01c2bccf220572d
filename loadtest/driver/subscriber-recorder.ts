import type { DecodedEvent } from '../../src/wire/decode.ts'
import { parseFields } from '../../src/client/parse-json.ts'
import { parsePosition, type Position } from '../../src/wire/position.ts'
import { GAP } from '../../src/wire/system-event-names.ts'
import { foreignContent, type ChannelContent, type EpochContent } from './channel-content.ts'
import type { SubscribeOptions } from './commands.ts'
import { ConnectionRecorder } from './connection-recorder.ts'
import type { DueTimes } from './due-times.ts'
import type { HeldBackEvents } from './held-back-events.ts'
import type { Presence } from './judge-subscriber.ts'
import { UNTIMED, type PayloadReader } from './payload.ts'
import { PositionReader } from './position-reader.ts'
import { NUMBERS } from './published-events.ts'
import { ReceivedEvents, type Arrival } from './received-events.ts'
import type { NewGap } from './received-gap.ts'
import { Silences } from './silences.ts'
import type { SubscriberObserver } from './subscriber-observer.ts'
import type { TallyRecorder } from './tally-recorder.ts'

/** What all recorders of a driver share. */
export interface Recording {
  readonly tally: TallyRecorder
  readonly payload: PayloadReader
  /** Ids are positions. */
  readonly hasPositions: boolean
  /** Of the present read. */
  readonly heldBack: HeldBackEvents
  /** Called after each event of the run. */
  readonly onDelivery: () => void
}

/** Records what one subscriber sees: latencies for the tally, events for the judge. */
export class SubscriberRecorder implements SubscriberObserver {
  readonly received = new ReceivedEvents()
  /** Events of this run whose data was changed on the way, and events and gaps that cannot be read. */
  damaged = 0
  /** Events with a name, though they were published without one: a browser's `onmessage` sees none of them. */
  renamed = 0
  readonly #recording: Recording
  readonly #channel: ChannelContent
  readonly #isReadAtOnce: boolean
  readonly #owedHistory: number
  /** Polls bring several events by their nature. */
  readonly #isStream: boolean
  readonly #connection: ConnectionRecorder
  readonly #silences = new Silences()
  readonly #positions = new PositionReader()
  #content: EpochContent
  #epoch = NUMBERS
  /** It is owed what comes after its last event. */
  #isOwedRest: boolean
  #isClosed = false
  /** The stream brings what was missed before it opened. */
  #isCatchingUp = true
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
    this.#isStream = kind === 'stream'
    const asked = from === 'latest' ? 0 : from
    this.#owedHistory = asked === 'earliest' ? history : Math.min(asked, history)
    this.#connection = new ConnectionRecorder(recording.tally, this.#isReadAtOnce)
  }

  get presence(): Presence {
    const { firstOpenedAt: openedAt, askedAt } = this.#connection
    const staysToEnd = this.#isRemaining && openedAt !== undefined
    return { askedAt, openedAt, owedHistory: this.#owedHistory, staysToEnd }
  }

  /** It reads as it comes from here on. Its events are late by its own doing, so its times tell nothing of the server. */
  expectRest(): void {
    this.#isOwedRest = true
  }

  /** To be called when the publisher's record is there and no more is awaited: pauses and outages end here. */
  finish(at: number, dues: DueTimes): void {
    if (!this.#isReadAtOnce) return
    const { counts, histograms } = this.#recording.tally
    const { startedAt } = this.#connection
    // Without a place to this moment, it has waited since it first tried to get one.
    if (startedAt !== undefined) this.#silences.begin(startedAt)
    const end = this.#isRemaining ? at : undefined
    for (const pause of this.#silences.takePauses(dues, end)) histograms.pause.record(pause)
    if (!this.#isRemaining) return
    this.#connection.finish(at, dues)
    const { since } = this.#silences
    if (since !== undefined && dues.last !== undefined && dues.last > since) counts.silentAtEnd++
  }

  /** It should get all that comes, to the end of the run. */
  get #isRemaining(): boolean {
    return !this.#isClosed && this.#isOwedRest
  }

  connecting(at: number): void {
    this.#connection.connecting(at)
  }

  answered(at: number): void {
    this.#connection.answered(at)
  }

  opened(at: number): void {
    this.#connection.opened(at)
    this.#silences.begin(at)
    this.#isCatchingUp = true
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
    this.#connection.failed('refusals', reason)
  }

  deadEnd(reason: string): void {
    this.#connection.failed('deadEnds', reason)
  }

  connectFailed(reason: string): void {
    this.#connection.failed('connectFailures', reason)
  }

  cut(reason: string, at: number): void {
    this.#connection.cut(reason, at)
  }

  closing(_eventName: string, at: number): void {
    this.#connection.closing(at)
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
    if (kind === 'own' && arrival !== 'duplicated') this.#recordDelivery(payload.due)
  }

  #recordDelivery(due: number): void {
    const { tally, onDelivery } = this.#recording
    tally.counts.deliveries++
    // Who reads slowly is late by its own doing.
    if (this.#isReadAtOnce) this.#recordTimes(due)
    onDelivery()
  }

  #recordTimes(due: number): void {
    this.#silences.event(this.#readAt)
    this.#connection.delivery(this.#readAt)
    if (due === UNTIMED) return
    const { firstOpenedAt, openedAt } = this.#connection
    if (firstOpenedAt !== undefined && due >= firstOpenedAt) {
      this.#recording.tally.histograms.delivery.record(this.#readAt - due)
    }
    if (due > openedAt) this.#isCatchingUp = false
    if (this.#isStream && !this.#isCatchingUp) this.#recording.heldBack.add(due, this.#readAt)
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
