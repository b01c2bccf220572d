import type { PublishedChannel, SubscribeOptions } from '../../loadtest/driver/commands.ts'
import { writePayload } from '../../loadtest/driver/payload.ts'
import { positionAt, resume } from '../../src/log/history.ts'
import { parsePosition } from '../../src/wire/position.ts'
import { placesBetween, forkOf } from '../delivery-guarantee/event-tree.ts'
import { World } from '../delivery-guarantee/world.ts'
import { RUN_ID } from './driven-load.ts'

export const CHANNEL = 'news'

/** What a subscriber sees. Times are in microseconds. */
export type Sight =
  | { readonly kind: 'opened' | 'cut' | 'closed'; readonly at: number }
  | {
      readonly kind: 'event'
      readonly at: number
      readonly event: string
      readonly id: string
      readonly data: string
    }

/** Where a subscriber asks to begin. */
export type Start = Pick<SubscribeOptions, 'from' | 'history'>

/** A subscriber of a server without faults. */
export interface ServedSubscriber {
  readonly sights: Sight[]
  /** `history` is what the log kept when it came. */
  readonly start: Start
  /** Its cursor. */
  position: string
  state: 'open' | 'cut' | 'closed'
}

const BYTES = 64
/** Between two things that happen: so long that what came later proves what was there before. */
const TICK = 1_500_000

/** A channel of a server that does everything right, with a publisher and with subscribers that come and go. */
export class ServedChannel {
  readonly subscribers: ServedSubscriber[] = []
  readonly #world = new World()
  readonly #outcomes: string[] = []
  readonly #dues: number[] = []
  #clock = 0

  get record(): PublishedChannel {
    return { channel: CHANNEL, outcomes: this.#outcomes, dues: this.#dues }
  }

  publish(outcome: 'accepted' | 'unknown' | 'refused' | 'unknown and lost'): void {
    const due = this.#tick()
    this.#dues.push(due)
    const number = this.#outcomes.push(outcome === 'refused' ? 'refused' : 'unknown')
    if (outcome === 'refused' || outcome === 'unknown and lost') return
    this.#world.append([writePayload(RUN_ID, due, number, BYTES)])
    if (outcome === 'accepted') this.#outcomes[number - 1] = this.#world.state.tip.name
  }

  /** An event of somebody else. */
  publishForeign(): void {
    this.#world.append([`foreign at ${this.#tick()}`])
  }

  trim(count: number): void {
    this.#world.trim(count)
  }

  /** All is forgotten. */
  flush(): void {
    this.#tick()
    this.#world.flush()
  }

  /** Loses the last changes, unless they are events that a subscriber lacks: no server could announce these. */
  failOver(changes: number): void {
    const after = this.#world.copy()
    after.failOver(Math.min(changes, this.#world.undoable))
    const { tip } = this.#world.state
    const fork = forkOf(tip, after.state.tip)
    const lost = fork === undefined ? undefined : placesBetween(fork, tip)
    const isHeldByAll = this.subscribers.every(
      ({ state, position }) => state === 'closed' || this.#world.placeOf(position) === tip,
    )
    if (lost?.length !== 0 && !isHeldByAll) return
    this.#tick()
    this.#world.failOver(Math.min(changes, this.#world.undoable))
  }

  join(from: Start['from']): void {
    const { history } = this.#world
    const kept = history.top - history.oldest + 1
    const newest = from === 'latest' ? 0 : from === 'earliest' ? kept : Math.min(from, kept)
    const position = positionAt(history, history.top - newest)
    const start = { from, history: kept }
    const subscriber: ServedSubscriber = { sights: [], start, position, state: 'cut' }
    this.subscribers.push(subscriber)
    this.#open(subscriber)
    this.#tellOpen(subscriber)
  }

  cut(subscriber: ServedSubscriber): void {
    if (subscriber.state !== 'open') return
    subscriber.state = 'cut'
    subscriber.sights.push({ kind: 'cut', at: this.#tick() })
  }

  close(subscriber: ServedSubscriber): void {
    if (subscriber.state === 'closed') return
    subscriber.state = 'closed'
    subscriber.sights.push({ kind: 'closed', at: this.#tick() })
  }

  /** Sends the subscriber so many gaps and events, as far as there are some. It comes back before that if it was cut. */
  serve(subscriber: ServedSubscriber, most: number): void {
    if (subscriber.state === 'closed') return
    const isResume = subscriber.state === 'cut'
    if (isResume) this.#open(subscriber)
    let left = most
    const { history } = this.#world
    const { after, gaps } = resume(history, parsePosition(subscriber.position)!)
    for (const { after: end, ...gap } of gaps) {
      if (left-- <= 0) return
      const id = positionAt(history, end)
      this.#tell(subscriber, 'runnel.gap', id, JSON.stringify({ channel: CHANNEL, ...gap }))
    }
    if (isResume) this.#tellOpen(subscriber)
    for (const { offset, data } of this.#world.eventsAfter(after)) {
      if (left-- <= 0) return
      this.#tell(subscriber, 'message', positionAt(history, offset), data)
    }
  }

  #open(subscriber: ServedSubscriber): void {
    subscriber.state = 'open'
    subscriber.sights.push({ kind: 'opened', at: this.#tick() })
  }

  #tellOpen(subscriber: ServedSubscriber): void {
    this.#tell(subscriber, 'runnel.open', subscriber.position, '{}')
  }

  #tell(subscriber: ServedSubscriber, event: string, id: string, data: string): void {
    subscriber.position = id
    subscriber.sights.push({ kind: 'event', at: this.#tick(), event, id, data })
  }

  #tick(): number {
    return (this.#clock += TICK)
  }
}
