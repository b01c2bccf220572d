/**
 * Judges one client by the delivery guarantee: every event accepted after a client's position is delivered
 * once, in order, or lies within the bounds of exactly one gap. Null bounds stand for everything up to the
 * position in that gap's id, from which the guarantee counts anew. No gap with bounds, and no `epoch-lost`,
 * covers an event that is still kept.
 *
 * The judge knows the world and the client's observations, and asks nothing of the code under test. A
 * position names a place: right after one accepted event, or where a history begins. The client stands on
 * the line of events that leads to its place, the log on the present line. The two lines share the events
 * before a fork, or none. An event that a fail-over lost, and that the client never had, is on neither line,
 * so no gap can name it. In detail:
 *
 * - An event is the one right after the client's place. This forbids holes, duplicates and disorder at once.
 * - A position that is off the present line, or was never given out, is never resumed without a gap.
 * - `gap-rules.ts` says what a gap may state and where it leaves the client. A client that is cut between two
 *   gaps comes back with the id of the first, and the guarantee holds for that position as for any other.
 * - The id of a gap moves its own channel. On a resume it keeps the client's own words for the others.
 * - `runnel.open` says where the stream stands, by its id too, in the client's own words if no gap came before it;
 *   `resumed` is true if the client gave a cursor and no gap came.
 * - A refusal carries an id, the client's own if it had one, so that events published while the client waits
 *   reach it.
 * - In the end the client stands where the log does.
 *
 * While the world changes, an observation may be true of any moment since the last `settle`, but of none
 * before the client's own place existed.
 */
import type { Gap } from '../../src/schema/system-events.ts'
import { findGapFault, isStart } from './gap-rules.ts'
import { leadsThrough, placesBetween, type Place } from './event-tree.ts'
import type { Channel, From, Observation } from './observation.ts'
import { isNamed, type State } from './world.ts'

const POSITION = /^[0-9A-Za-z]{8}-(?:0|[1-9][0-9]{0,15})$/

/** Follows one client by its observations, and collects the breaches. */
export class Judge {
  /** Sentences. */
  readonly breaches: string[] = []
  readonly #channels: readonly Channel[]
  #from: From = 'latest'
  /** The positions in the client's cursor; undefined without a cursor for these channels. */
  #words: string[] | undefined
  /** The places that these words name; undefined for a word that was never given out. */
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

  observe(observation: Observation): void {
    const fault = this.#faultOf(observation)
    if (fault !== undefined) this.breaches.push(`${JSON.stringify(observation)}: ${fault}`)
  }

  #faultOf(observation: Observation): string | undefined {
    if (observation.kind === 'asks') return this.#ask(observation)
    if (observation.kind === 'gap') return this.#takeGap(observation)
    if (observation.kind === 'opens') return this.#open(observation)
    if (observation.kind === 'event') return this.#takeEvent(observation)
    if (observation.kind === 'refused') return this.#refuse(observation.id)
    return observation.kind === 'stands' ? this.#stand(observation.cursor) : this.#end()
  }

  #ask({ cursor, from }: Observation & { kind: 'asks' }): undefined {
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

  #takeGap({ gap, id }: Observation & { kind: 'gap' }): string | undefined {
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

  #open({ cursor, id, resumed }: Observation & { kind: 'opens' }): string | undefined {
    this.#isOpen = true
    if (id !== undefined && id !== cursor) return `its id is ${id}, not its cursor`
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

  #takeEvent({ channel, data, id }: Observation & { kind: 'event' }): string | undefined {
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

  /** With the id of its refusal a client resumes, so that it gets the events published while it waits. */
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

/** The fault in the last of these states; undefined if one of them has none. */
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
