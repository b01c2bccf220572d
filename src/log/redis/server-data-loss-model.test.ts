/** A real server that loses writes, judged by the law. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgeResume } from '../../../test/delivery-guarantee/judge-resume.ts'
import { World } from '../../../test/delivery-guarantee/world.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { channelKeys } from '../../redis/keys.ts'
import { randomId } from '../../lib/random-id.ts'
import type { EventLog } from '../event-log.ts'
import { positionAt } from '../history.ts'
import { accept, newChannel, newEvents, readAll, type Contents } from '../suite/helpers.suite.ts'

/** A longer chain of epochs is cut at its old end. */
const MAX_CHAIN = 16

const step = fc.oneof(
  { weight: 5, arbitrary: stepOf('append', fc.integer({ min: 1, max: 5 })) },
  { weight: 3, arbitrary: stepOf('trim', fc.integer({ min: 1, max: 5 })) },
  { weight: 3, arbitrary: stepOf('failOver', fc.nat(4)) },
  { weight: 3, arbitrary: stepOf('putBack', fc.nat(4)) },
  { weight: 1, arbitrary: stepOf('rotateIncarnations', fc.constant(0)) },
  { weight: 1, arbitrary: stepOf('flush', fc.constant(0)) },
)

type StepName = 'append' | 'trim' | 'failOver' | 'putBack' | 'rotateIncarnations' | 'flush'

function stepOf(name: StepName, size: fc.Arbitrary<number>) {
  return size.map((count) => newStep(name, count))
}

function newStep(name: StepName, count: number) {
  return {
    run: async (channel: RedisChannel) => channel[name](count),
    toString: () => `${name} ${count}`,
  }
}

/** More epochs than a chain holds, some with a lost tail; then the epoch that cut the chain is lost. */
const manyEpochs = [
  ...Array.from({ length: MAX_CHAIN + 4 }, (_, epoch) => [
    newStep('append', 2),
    newStep('append', 1),
    newStep('failOver', epoch % 2),
  ]).flat(),
  newStep('trim', 3),
  newStep('failOver', 5),
]

/** A channel on a server, the world that it is judged by, and the state of the server after each change. */
class RedisChannel {
  readonly world: World
  readonly #name = newChannel()
  readonly #server: RedisServer
  readonly #log: EventLog
  readonly #keys = channelKeys(this.#name, { prefix: 'runnel', isCluster: false, db: 0 })
  #states: ReadonlyMap<string, Buffer>[] = [new Map()]

  private constructor(server: RedisServer, log: EventLog, incarnations: readonly string[]) {
    this.#server = server
    this.#log = log
    this.world = new World(incarnations, MAX_CHAIN)
  }

  static async create(server: RedisServer, log: EventLog): Promise<RedisChannel> {
    const { history } = await readAll(log, newChannel())
    return new RedisChannel(server, log, history.incarnations)
  }

  async read(): Promise<Contents> {
    return readAll(this.#log, this.#name)
  }

  async append(count: number): Promise<void> {
    const data = this.world.newData(count)
    this.world.append(data, await accept(this.#log, this.#name, newEvents(...data)))
    await this.#remember()
  }

  async trim(count: number): Promise<void> {
    this.world.trim(count)
    await this.#server.client.xtrim(this.#keys.events, 'MINID', this.world.state.oldest)
    await this.#remember()
  }

  async failOver(lost: number): Promise<void> {
    await this.#goBack(lost)
    await this.#promote()
  }

  /** Only the known top of this process shows that the running server was put back. */
  async putBack(lost: number): Promise<void> {
    const { top } = this.world.history
    await this.#goBack(lost)
    if (this.world.history.top === top) await this.#promote()
  }

  async #goBack(lost: number): Promise<void> {
    this.world.failOver(lost)
    this.#states = this.#states.slice(0, Math.max(1, this.#states.length - lost))
    const { client } = this.#server
    await client.del(this.#keys.meta, this.#keys.events)
    for (const [key, dump] of this.#states.at(-1)!) await client.restore(key, 0, dump)
  }

  async #promote(): Promise<void> {
    await this.#server.client.call('DEBUG', 'CHANGE-REPL-ID')
  }

  async flush(): Promise<void> {
    await this.#server.client.flushall()
    this.#states = [new Map()]
    const { history } = await this.read()
    this.world.flush(history.incarnations[0])
  }

  async rotateIncarnations(): Promise<void> {
    const { client } = this.#server
    const [current, , since] = (await client.get(this.#keys.incarnation))!.split(' ')
    const incarnation = randomId(8)
    await client.set(this.#keys.incarnation, `${incarnation} ${current} ${since}`)
    this.world.rotateIncarnations(incarnation)
  }

  async #remember(): Promise<void> {
    const state = new Map<string, Buffer>()
    for (const key of [this.#keys.meta, this.#keys.events]) {
      const dump = await this.#server.client.dumpBuffer(key)
      // Typed as Buffer, but null if there is no key.
      if ((dump as Buffer | null) !== null) state.set(key, dump)
    }
    this.#states.push(state)
  }
}

test('a real server holds the events of the world, and all positions resume by the law', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (script) => {
      const channel = await RedisChannel.create(server, own.log)
      const { world } = channel
      for (const { run } of script) {
        await run(channel)
        world.settle()
        const { history, events } = await channel.read()
        expect(events.map(({ data }) => data)).toEqual(world.eventsAfter(0).map(({ data }) => data))
        expect([history.oldest, history.top]).toEqual([world.state.oldest, world.state.tip.offset])
        expect(world.placeOf(positionAt(history, history.top))).toBe(world.state.tip)
        for (const position of world.positions) {
          expect(judgeResume(world, position, history)).toEqual([])
        }
      }
    }),
    { numRuns: 300, examples: [[manyEpochs]] },
  )
})
