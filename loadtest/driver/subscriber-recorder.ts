import type { DecodedEvent } from '../../src/wire/decode.ts'
import { parseFields } from '../../src/client/parse-json.ts'
import { parsePosition, type Position } from '../../src/wire/position.ts'
import { GAP } from '../../src/wire/system-event-names.ts'
import { foreignContent, type ChannelContent, type EpochContent } from './channel-content.ts'
import type { SubscribeOptions } from './commands.ts'
import type { Presence } from './judge-subscriber.ts'
import type { PayloadReader } from './payload.ts'
import { NUMBERS } from './published-events.ts'
import { ReceivedEvents, type Arrival } from './received-events.ts'
import type { NewGap } from './received-gap.ts'
import type { SubscriberObserver } from './subscriber-observer.ts'
import type { TallyRecorder } from './tally-recorder.ts'

/** Microseconds that lie at least between two events of one read if something held the first one back. */
const HELD_BACK = 20_000
/** Microseconds from which the time between two events is a pause. */
const PAUSE = 1e6

const DASH = 0x2d
const ZERO = 0x30
const NINE = 0x39

/** What all recorders of a driver share. */
export interface Recording {
  readonly tally: TallyRecorder
  readonly payload: PayloadReader
  /** Ids are positions. */
  readonly hasPositions: boolean
  /** When each event of the present read was due that is not known to be held back. */
  readonly duesOfRead: number[]
  /** Called after each event of the run. */
  readonly onDelivery: () => void
  /** Since when this process reads in time, seen from this time. */
  readonly punctualSince: (now: number) => number
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
  #content: EpochContent
  #epoch = NUMBERS
  /** It is owed what comes after its last event. */
  #isOwedRest: boolean
  #openedAt: number | undefined
  #askedAt: number | undefined
  #isClosed = false
  #connectingAt = 0
  #hasEvent = false
  /** The stream brings what was missed before it opened. */
  #isCatchingUp = true
  #connectionOpenedAt = 0
  #endedAt: number | undefined
  #readAt = 0
  #eventAt: number | undefined

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
  }

  get presence(): Presence {
    const staysToEnd = !this.#isClosed && this.#isOwedRest && this.#openedAt !== undefined
    const [askedAt, openedAt] = [this.#askedAt, this.#openedAt]
    return { askedAt, openedAt, owedHistory: this.#owedHistory, staysToEnd }
  }

  /** It reads as it comes from here on. Its events are late by its own doing, so its times tell nothing of the server. */
  expectRest(): void {
    this.#isOwedRest = true
  }

  connecting(at: number): void {
    this.#connectingAt = at
    this.#hasEvent = false
  }

  answered(at: number): void {
    this.#recording.tally.histograms.connect.record(at - this.#connectingAt)
  }

  opened(at: number): void {
    const { counts } = this.#recording.tally
    if (this.#openedAt === undefined) counts.connects++
    else counts.reconnects++
    this.#openedAt ??= at
    this.#askedAt ??= this.#connectingAt
    this.#connectionOpenedAt = at
    this.#isCatchingUp = true
    // Numbers begin before any event: what is owed is decided by the time of the opening.
    if (!this.#recording.hasPositions) this.received.stand(NUMBERS, 0)
  }

  read(bytes: number, at: number): void {
    this.#readAt = at
    this.#recording.duesOfRead.length = 0
    this.#recording.tally.counts.bytes += bytes
  }

  event(event: DecodedEvent): void {
    if (!this.#hasEvent) {
      this.#hasEvent = true
      this.#recording.tally.histograms.firstEvent.record(this.#readAt - this.#connectingAt)
    }
    if (this.#recording.hasPositions && event.event.startsWith('runnel.')) this.#takeSystem(event)
    else this.#take(event)
  }

  refused(): void {
    this.#recording.tally.counts.refusals++
  }

  deadEnd(): void {
    this.#recording.tally.counts.deadEnds++
  }

  connectFailed(): void {
    this.#recording.tally.counts.connectFailures++
  }

  cut(_reason: string, at: number): void {
    this.#recording.tally.counts.cuts++
    this.#endedAt ??= at
  }

  closing(_eventName: string, at: number): void {
    this.#recording.tally.counts.closings++
    this.#endedAt ??= at
  }

  closed(): void {
    this.#isClosed = true
  }

  #take({ event, data, id }: DecodedEvent): void {
    const { payload, hasPositions } = this.#recording
    const kind = event === 'message' ? payload.read(data) : 'renamed'
    this.#recordPause()
    if (hasPositions) {
      const offset = this.#readPosition(id)
      if (offset === undefined) {
        this.damaged++
        return
      }
      this.#count(this.received.receive(this.#epoch, offset))
      if (kind === 'damaged') this.damaged++
      else if (kind === 'renamed') this.renamed++
      else this.#content.add(offset, kind === 'own' ? payload.number : foreignContent(data))
    } else if (kind === 'own') {
      this.#count(this.received.receive(NUMBERS, payload.number))
      this.#content.add(payload.number, payload.number)
    } else if (kind === 'renamed') {
      this.renamed++
    } else {
      this.damaged++
    }
    if (kind === 'own') this.#recordDelivery(payload.due)
  }

  #recordDelivery(due: number): void {
    const { tally, onDelivery } = this.#recording
    tally.counts.deliveries++
    if (this.#isReadAtOnce && this.#openedAt !== undefined && due >= this.#openedAt) {
      tally.histograms.delivery.record(this.#readAt - due)
    }
    if (due > this.#connectionOpenedAt) this.#isCatchingUp = false
    if (this.#isStream && this.#isReadAtOnce && !this.#isCatchingUp) this.#countHeldBack(due)
    onDelivery()
  }

  /** Counts the earlier events of this read that were due long before this one, unless this process read too late. */
  #countHeldBack(due: number): void {
    const { duesOfRead, punctualSince, tally } = this.#recording
    while (duesOfRead.length > 0 && duesOfRead[0]! <= due - HELD_BACK) {
      if (duesOfRead.shift()! >= punctualSince(this.#readAt)) tally.counts.heldBack++
    }
    duesOfRead.push(due)
  }

  #recordPause(): void {
    if (!this.#isReadAtOnce) return
    const { histograms } = this.#recording.tally
    if (this.#eventAt !== undefined && this.#readAt - this.#eventAt > PAUSE) {
      histograms.pause.record(this.#readAt - this.#eventAt)
    }
    this.#eventAt = this.#readAt
    if (this.#endedAt !== undefined) {
      histograms.outage.record(this.#readAt - this.#endedAt)
      this.#endedAt = undefined
    }
  }

  #count(arrival: Arrival): void {
    if (arrival === 'next') return
    const { counts } = this.#recording.tally
    if (arrival === 'hole') counts.holes++
    else if (arrival === 'duplicated') counts.duplicates++
    else counts.reorderings++
  }

  /** An offset of `#epoch`, which follows the id; undefined if it is no position. Mostly it allocates nothing. */
  #readPosition(id: string): number | undefined {
    const start = this.#epoch.length + 1
    if (start > 1 && id.startsWith(this.#epoch) && id.charCodeAt(start - 1) === DASH) {
      let offset = 0
      for (let at = start; at < id.length; at++) {
        const code = id.charCodeAt(at)
        if (code < ZERO || code > NINE) return undefined
        offset = offset * 10 + code - ZERO
      }
      return offset
    }
    const position = parsePosition(id)
    if (position === undefined) return undefined
    this.#epoch = position.epoch
    this.#content = this.#channel.ofEpoch(position.epoch)
    return position.offset
  }

  #takeSystem({ event, data, id }: DecodedEvent): void {
    const position = parsePosition(id)
    if (event === GAP) {
      this.#recording.tally.counts.gaps++
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
