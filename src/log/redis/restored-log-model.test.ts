/** Two processes over a log that is put back at random: no position ever means another event. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  restoreChannel,
  saveChannel,
  type ChannelState,
} from '../../../test/support/redis/channel-state.ts'
import { openRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { formatPosition, parsePosition } from '../../wire/position.ts'
import type { EventLog } from '../event-log.ts'
import { resume } from '../history.ts'
import { accept, newChannel, newEvents, readAll } from '../suite/helpers.suite.ts'

/** Each may be noticed twice. More would cut an epoch from the chain, which is a loss that this test does not model. */
const MAX_PUT_BACK = 7

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      by: fc.constantFrom(0, 1),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('put back' as const), lost: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
)

test('a client that resumes without a gap holds the same events as the log', async () => {
  await using server = await RedisServer.start()
  await using one = await openRedisLog(server.url)
  await using other = await openRedisLog(server.url)
  const logs: readonly EventLog[] = [one.log, other.log]
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25, size: 'max' }), async (script) => {
      const channel = newChannel()
      const given: { readonly position: string; readonly data: string }[] = []
      /** Each older than the next, and taken while no process had yet to notice that the log was put back. */
      const copies: ChannelState[] = []
      let isNoticed = true
      let puts = 0
      const append = async (log: EventLog, count: number) => {
        const data = Array.from({ length: count }, (_, index) => `${given.length + index}`)
        const { epoch, first } = await accept(log, channel, newEvents(...data))
        for (const [index, text] of data.entries()) {
          given.push({ position: formatPosition(epoch, first + index), data: text })
        }
        if (isNoticed) copies.push(await saveChannel(server.client, channel))
      }
      /** Lets each process compare its known top with the log. */
      const notice = async () => {
        for (const log of logs) await append(log, 1)
        isNoticed = true
      }
      await append(one.log, 1)
      for (const next of script) {
        if (next.kind === 'append') await append(logs[next.by]!, next.count)
        else if (next.kind === 'restart') await server.client.call('DEBUG', 'CHANGE-REPL-ID')
        else if (puts++ < MAX_PUT_BACK) {
          await notice()
          copies.length = Math.max(1, copies.length - next.lost)
          await restoreChannel(server.client, channel, copies.at(-1)!)
          isNoticed = false
        }
      }
      await notice()

      const { history, events } = await readAll(one.log, channel)
      const silent = given.filter(({ position, data }) => {
        const { epoch, offset } = parsePosition(position)!
        const { gaps } = resume(history, { epoch, offset })
        return gaps.length === 0 && events[offset - 1]?.data !== data
      })
      expect(silent).toEqual([])
    }),
    { numRuns: 300 },
  )
})
