/** A real server that loses what it was told, against a channel that judges by the identity of events. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ModelChannel, modelStep, type ModelClient } from '../../../test/support/model-channel.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../test/support/redis/redis-server.ts'
import { withoutEpochs } from '../../../test/support/without-epochs.ts'
import { channelKeys } from '../../redis/keys.ts'
import { randomId } from '../../lib/random-id.ts'
import { parsePosition } from '../../wire/position.ts'
import type { EventLog } from '../event-log.ts'
import { positionAt, resume, type History } from '../history.ts'
import { accept, newChannel, newEvents, readAll } from '../suite/kit.suite.ts'

/** A longer chain is cut, which the model does not know of. */
const MAX_FAIL_OVERS = 15

/** With it, whether the server goes on serving when it loses what it was told. */
const step = fc.tuple(modelStep, fc.boolean())

/** What the server holds of a channel, and what it held after each change, as a replica may still do. */
class RedisChannel {
  readonly name = newChannel()
  readonly #server: RedisServer
  readonly #log: EventLog
  readonly #keys = channelKeys(this.name, { isCluster: false, db: 0 })
  #states: ReadonlyMap<string, Buffer>[] = [new Map()]

  constructor(server: RedisServer, log: EventLog) {
    this.#server = server
    this.#log = log
  }

  async history(): Promise<History> {
    return (await readAll(this.#log, this.name)).history
  }

  async append(count: number): Promise<void> {
    await accept(this.#log, this.name, newEvents(...Array.from({ length: count }, String)))
    await this.#remember()
  }

  async trim(count: number): Promise<void> {
    const { oldest, top } = await this.history()
    const first = Math.min(oldest + count, top + 1)
    await this.#server.client.xtrim(this.#keys.events, 'MINID', first)
    await this.#remember()
  }

  /** While it serves nothing tells that it went back, but for what this process knows to have been lost. */
  async failOver(statesLost: number, isServing: boolean): Promise<void> {
    const { top } = await this.history()
    this.#states = this.#states.slice(0, Math.max(1, this.#states.length - statesLost))
    const { client } = this.#server
    await client.del(this.#keys.meta, this.#keys.events)
    for (const [key, dump] of this.#states.at(-1)!) await client.restore(key, 0, dump)
    if (isServing && (await this.history()).top < top) return
    // As a promotion does.
    await client.call('DEBUG', 'CHANGE-REPL-ID')
  }

  async flush(): Promise<void> {
    await this.#server.client.flushall()
    this.#states = [new Map()]
  }

  async rotateLives(): Promise<void> {
    // Reading makes sure that there is one.
    await this.history()
    const { client } = this.#server
    const [current, , since] = (await client.get(this.#keys.life))!.split(' ')
    await client.set(this.#keys.life, `${randomId(8)} ${current} ${since}`)
  }

  async #remember(): Promise<void> {
    const state = new Map<string, Buffer>()
    for (const key of [this.#keys.meta, this.#keys.events]) {
      const dump = await this.#server.client.dumpBuffer(key)
      // ioredis says Buffer, and answers null where there is no key.
      if ((dump as Buffer | null) !== null) state.set(key, dump)
    }
    this.#states.push(state)
  }
}

interface Client {
  readonly model: ModelClient
  readonly position: string
}

test('nothing is lost silently, no gap is false, and bounds are exact, on a real server too', async () => {
  await using server = await RedisServer.start()
  await using own = await openRedisLog(server.url)
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (script) => {
      const model = new ModelChannel()
      const channel = new RedisChannel(server, own.log)
      const clients: Client[] = []
      let failOvers = 0
      for (const [next, isServing] of script) {
        if (next.kind === 'append') {
          model.append(next.count)
          await channel.append(next.count)
        } else if (next.kind === 'trim') {
          model.trim(next.count)
          await channel.trim(next.count)
        } else if (next.kind === 'fail over') {
          if (failOvers++ === MAX_FAIL_OVERS) break
          model.failOver(next.statesLost)
          await channel.failOver(next.statesLost, isServing)
        } else if (next.kind === 'flush') {
          model.flush()
          await channel.flush()
        } else if (next.kind === 'rotate lives') {
          model.rotateLives()
          await channel.rotateLives()
        }
        const history = await channel.history()
        expect([history.oldest, history.top]).toEqual([model.history.oldest, model.line.length])
        if (next.kind === 'prime') {
          const client = model.prime(next.depth)
          clients.push({ model: client, position: positionAt(history, client.knows.length) })
        } else if (next.kind === 'deliver') {
          for (const client of clients.splice(0, 1)) {
            const served = model.deliver(client.model, next.count)
            const isServed = served !== client.model
            const position = isServed ? positionAt(history, served.knows.length) : client.position
            clients.push({ model: served, position })
          }
        }
        for (const client of clients) {
          const told = resume(history, parsePosition(client.position)!)
          expect(withoutEpochs(told)).toEqual(withoutEpochs(model.judge(client.model)))
        }
      }
    }),
    { numRuns: 300 },
  )
})
