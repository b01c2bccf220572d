import type { NewEvent, ReadRange, ReadResult } from '../../src/log/event-log.ts'
import type { LogServer } from '../support/scripted-log.ts'
import type { Channel } from './observation.ts'
import type { World } from './world.ts'

/** A server that holds some worlds. Each channel fails over by itself, as the slots of a Cluster do. */
export class WorldServer implements LogServer {
  readonly connections: LogServer['connections'] = new Set()
  readonly #worlds: ReadonlyMap<string, World>

  constructor(channels: readonly Channel[]) {
    this.#worlds = new Map(channels.map(({ name, world }) => [name, world]))
  }

  append(channel: string, events: readonly NewEvent[]): { epoch: string; first: number } {
    const world = this.#world(channel)
    const first = world.state.tip.offset + 1
    world.append(events.map(({ data }) => data))
    const { epoch } = world.state.chain.at(-1)!
    const accepted = world.read({ after: first - 1, maxEvents: events.length }).events
    for (const connection of this.connections) {
      connection.hear({ channel, epoch, events: accepted })
    }
    return { epoch, first }
  }

  /** Appends events with unique data. */
  publish(channel: string, count: number): void {
    const data = this.#world(channel).newData(count)
    this.append(
      channel,
      data.map((text) => ({ name: 'message', data: text })),
    )
  }

  read(channel: string, range: ReadRange): ReadResult {
    return this.#world(channel).read(range)
  }

  #world(channel: string): World {
    const world = this.#worlds.get(channel)
    if (world === undefined) throw new Error(`no world has a channel ${channel}`)
    return world
  }
}
