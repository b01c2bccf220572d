/**
 * The law: every event accepted after a client's position is delivered once, in order, or lies within the
 * bounds of exactly one gap. Null bounds stand for everything up to the position in that gap's id, from
 * which the law counts anew. No gap with bounds, and no `epoch-lost`, covers what is still kept.
 *
 * The judge knows the world and what a client was told, and asks nothing of the code under test. A
 * position stands for a place: right after one event as it was accepted, or where a history begins. The
 * client stands on the line of events that leads to its place, the log on the present line, and the two
 * share what was before a fork, or nothing. What a fail-over lost and the client never had is on neither:
 * nobody can tell it. So the law means:
 *
 * - An event is the one right after the client's place. That forbids holes, doubles and disorder at once.
 * - A position that no longer leads on, or never was given out, is never resumed without a gap.
 * - What a gap may say, and where it leaves the client, stands in `gap-faults.ts`. A client that is cut
 *   between two gaps comes back with the first one's id, and the law holds for that position as for any.
 * - A gap's id moves its own channel. On a resume it keeps the client's own words for the others.
 * - `runnel.open` says where the stream stands then, in the client's own words where it was told no gap;
 *   `resumed` is true if it gave a cursor and was told none.
 * - A refused client has an id, its own if it had one: what comes while it waits is told to it.
 * - In the end the client stands where the log does.
 *
 * While the world changes, a client may be told what was true at any moment since all were last settled,
 * but not what was true before there was its own place.
 */
import type { Gap } from '../../src/schema/system-events.ts'
import { findGapFault, isStart } from './gap-faults.ts'
import { leadsThrough, placesBetween, type Place } from './place.ts'
import type { Channel, From, Told } from './told.ts'
import { isNamed, type State } from './world.ts'

const POSITION = /^[0-9A-Za-z]{8}-(?:0|[1-9][0-9]{0,15})$/

/** Follows one client. */
export class Judge {
  /** Sentences. */
  readonly breaches: string[] = []
  readonly #channels: readonly Channel[]
  #from: From = 'latest'
  /** Undefined where the client brought no cursor, or one that is not for these channels. */
  #words: string[] | undefined
  /** Undefined where nobody was ever given the client's words. */
  #places: (Place | undefined)[] = []
  #cursor: string | undefined
  #gaps = 0
  #isOpen = false

  /** In the order of their positions in a cursor. */
  constructor(channels: readonly Channel[]) {
    this.#channels = channels
  }

  /** Whether the client stands where each log does. */
  get isAtTop(): boolean {
    return this.#channels.every(({ world }, index) => this.#places[index] === world.state.tip)
  }

  hear(told: Told): void {
    const fault = this.#faultOf(told)
    if (fault !== undefined) this.breaches.push(`${JSON.stringify(told)}: ${fault}`)
  }

  #faultOf(told: Told): string | undefined {
    if (told.kind === 'asks') return this.#ask(told)
    if (told.kind === 'gap') return this.#takeGap(told)
    if (told.kind === 'opens') return this.#open(told)
    if (told.kind === 'event') return this.#takeEvent(told)
    if (told.kind === 'refused') return this.#refuse(told.id)
    return told.kind === 'stands' ? this.#stand(told.cursor) : this.#end()
  }

  #ask({ cursor, from }: Told & { kind: 'asks' }): undefined {
    this.#cursor = cursor
    this.#from = from
    this.#gaps = 0
    this.#isOpen = false
    const words = cursor?.split('.')
    const isOurs =
      words?.length === this.#channels.length && words.every((text) => POSITION.test(text))
    this.#words = isOurs ? words : undefined
    this.#places = isOurs ? this.#placesOf(words) : []
  }

  #takeGap({ gap, id }: Told & { kind: 'gap' }): string | undefined {
    this.#gaps++
    const words = id.split('.')
    const index = this.#channels.findIndex(({ name }) => name === gap.channel)
    const before = this.#words
    const [place, placeBefore] = [this.#placesOf(words), this.#places]
    this.#words = words
    this.#places = place
    if (before === undefined) return this.#takeWholeGap(gap)
    if (index === -1) return 'it is for no channel of this client'
    const isMoved = words.some((text, other) => {
      if (other === index) return false
      return this.#isOpen ? place[other] !== placeBefore[other] : text !== before[other]
    })
    if (isMoved) return `its id moves another channel than its own, from ${before.join('.')}`
    const client = {
      place: placeBefore[index],
      words: this.#isOpen ? this.#namesOf(index, placeBefore[index]) : [before[index]!],
      from: this.#from,
    }
    const { world } = this.#channels[index]!
    const since = client.place ? world.statesSince(client.place) : world.states
    return inSome(since, (state) => findGapFault(gap, client, place[index], world, state))
  }

  /** A cursor that fails as a whole is one gap, and a first connect. */
  #takeWholeGap({ channel, reason, from, to, missed }: Gap): string | undefined {
    if (this.#cursor === undefined) return 'a first connect is told a gap'
    const isUnknown = reason === 'unknown-cursor' && from === null && to === null && missed === null
    if (channel !== null || !isUnknown || this.#gaps > 1) {
      return `${this.#cursor} is no cursor for these channels, which is one gap without bounds`
    }
    return this.#findFalseStart()
  }

  #open({ cursor, resumed }: Told & { kind: 'opens' }): string | undefined {
    this.#isOpen = true
    const places = this.#placesOf(cursor.split('.'))
    const isFirst = this.#words === undefined && this.#gaps === 0
    if (resumed !== undefined && resumed !== (!isFirst && this.#gaps === 0)) {
      return `resumed is false, as ${this.#gaps} gaps after the cursor ${this.#cursor} are told`
    }
    if (isFirst) {
      this.#places = places
      this.#words = cursor.split('.')
      if (this.#cursor !== undefined) return 'a cursor that is not ours is told no gap'
      return this.#findFalseStart()
    }
    const words = this.#words?.join('.')
    if (resumed !== undefined && cursor !== words) return `the stream was to start at ${words}`
    return this.#stand(cursor) ?? this.#findDeadEnd()
  }

  #takeEvent({ channel, data, id }: Told & { kind: 'event' }): string | undefined {
    const index = this.#channels.findIndex(({ name }) => name === channel)
    const words = id.split('.')
    const [before, places] = [this.#places, this.#placesOf(words)]
    this.#places = places
    this.#words = words
    const [last, place] = [before[index], places[index]]
    if (place === undefined || place.data !== data) return 'no such event was ever accepted there'
    if (places.some((other, at) => at !== index && other !== before[at])) {
      return 'its id moves another channel than its own'
    }
    if (place.previous !== last) return `it is not the event right after ${last?.name}`
    const isNamedIn = (state: State) =>
      isNamed(place, words[index]!, state) ? undefined : `it was accepted as ${place.name}`
    return inSome(this.#channels[index]!.world.states, isNamedIn) ?? this.#findDeadEnd()
  }

  /** What comes while a client waits is its own, even if nobody knew where it was to begin. */
  #refuse(id: string | undefined): string | undefined {
    if (id === undefined) return 'a refusal has an id'
    const isKept = id === (this.#words?.join('.') ?? id)
    return isKept ? undefined : `the id of the client is ${this.#cursor}`
  }

  #stand(cursor: string): string | undefined {
    const places = this.#placesOf(cursor.split('.'))
    const isSame = places.every((place, index) => place === this.#places[index])
    return isSame ? undefined : `the client stands at ${this.#places.map(nameOf).join('.')}`
  }

  #end(): string | undefined {
    if (this.isAtTop || this.#places.length === 0) return undefined
    const silences = this.#channels.map(({ name, world }, index) => {
      const place = this.#places[index]
      const untold = place && placesBetween(place, world.state.tip)
      const names = untold?.map((event) => event.name).join(' ') ?? 'a lost tail'
      return `${name} is told nothing after ${nameOf(place)} of ${names}`
    })
    return silences.join(', ')
  }

  /** Each place must be on a line that the log had. */
  #findDeadEnd(): string | undefined {
    return this.#inEach((place, { tip }) => {
      if (place === undefined) return 'it goes on from a position that was never given out'
      return leadsThrough(tip, place)
        ? undefined
        : `the log's line does not lead through ${place.name}`
    })
  }

  #findFalseStart(): string | undefined {
    return this.#inEach((place, state) => {
      if (isStart(place, state, this.#from)) return undefined
      return `a first connect does not begin at ${nameOf(place)}`
    })
  }

  #inEach(find: (place: Place | undefined, state: State) => string | undefined) {
    return this.#channels
      .map(({ world }, index) => inSome(world.states, (state) => find(this.#places[index], state)))
      .find((fault) => fault !== undefined)
  }

  #namesOf(index: number, place: Place | undefined): readonly string[] {
    const { world } = this.#channels[index]!
    return [...world.positions].filter((name) => world.placeOf(name) === place)
  }

  #placesOf(words: readonly string[]): (Place | undefined)[] {
    return this.#channels.map(({ world }, index) => world.placeOf(words[index] ?? ''))
  }
}

/** What is wrong in each of these states; nothing, if it is right in one. */
function inSome(
  states: readonly State[],
  find: (state: State) => string | undefined,
): string | undefined {
  let fault: string | undefined
  for (const state of states) {
    fault = find(state)
    if (fault === undefined) return undefined
  }
  return fault
}

function nameOf(place: Place | undefined): string {
  return place?.name ?? 'nowhere'
}
