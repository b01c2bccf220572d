/** Pub/sub connections are cut while thousands of events a second are published. */
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { LogAndFleet } from '../../src/service/open-log-and-fleet.ts'
import { LocalFleet } from '../../src/capacity/local-fleet.ts'
import { startService } from '../../src/service/start-service.ts'
import { load } from '../../src/config/load.ts'
import { SERVE_TABLE } from '../../src/config/serve/serve-table.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { LogWithoutRepair } from './log-without-repair.ts'
import { Recording } from '../history/recording.ts'
import { openRedisLog } from '../support/redis/open-redis-log.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { Pods } from './pods.ts'
import { expectNoBreach, recordResult } from './report.ts'
import { CHANNEL, runWithFault } from './run-with-fault.ts'

const HISTORY = 1_000_000
/** Events per millisecond. */
const RATE = 6

/**
 * Appends events at that rate to the log, bypassing all pods, until `signal` aborts. Resolves to events per
 * second.
 */
async function flood(url: string, recording: Recording, signal: AbortSignal): Promise<number> {
  await using shared = await openRedisLog(url, { historyEvents: HISTORY })
  const beganAt = performance.now()
  let begun = 0
  let elapsed = 0
  while (!signal.aborted) {
    const due = Math.floor(elapsed * RATE)
    await Promise.all(
      Array.from({ length: due - begun }, async (_, index) => {
        const data = `flood-${begun + index}`
        recording.add({ kind: 'published', data, channel: CHANNEL })
        const result = await shared.log.append(CHANNEL, [{ name: 'message', data }])
        if (result.kind !== 'accepted') throw new Error(`expected it to be accepted: ${data}`)
        const position = `${result.epoch}-${result.first}`
        recording.add({ kind: 'accepted', data, position })
      }),
    )
    begun = due
    await setTimeout(10)
    elapsed = performance.now() - beganAt
  }
  return Math.round((begun / elapsed) * 1_000)
}

async function cutWhileFlooded(server: RedisServer, recording: Recording): Promise<number> {
  const controller = new AbortController()
  const flooding = flood(server.url, recording, controller.signal)
  // A flood that waited for its events would never end on a machine that is too slow for it.
  for (let cut = 0; cut < 4; cut++) {
    await setTimeout(500)
    await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  }
  await setTimeout(500)
  controller.abort()
  return flooding
}

test('notifications are cut four times at six thousand a second', async () => {
  await using server = await RedisServer.start()
  const flags = [`--redis-url=${server.url}`, `--history-events=100000`]
  await using pods = await Pods.start(2, flags)
  const recording = new Recording()
  let rate = 0
  const fault = async () => {
    rate = await cutWhileFlooded(server, recording)
  }
  const verdict = await runWithFault({ url: pods.url, perKind: 1, recording, fault })
  await expectNoBreach(`pub/sub cut 4 times at ${rate.toLocaleString('en')} messages/s`, verdict)
  expect(verdict.gaps).toBe(0)
  expect(verdict.accepted).toBeGreaterThan(3_000)
})

test('the checker detects a service that does not repair lost notifications', async () => {
  await using server = await RedisServer.start()
  await using witness = await Pods.start(1, [
    `--redis-url=${server.url}`,
    '--history-events=100000',
  ])
  const shared = await openRedisLog(server.url, { historyEvents: 100_000 })
  const log = new LogWithoutRepair(shared.log)
  const open = async (): Promise<LogAndFleet> => ({
    log,
    fleet: new LocalFleet(),
    close: async () => {
      await log.close()
      await shared[Symbol.asyncDispose]()
    },
  })
  const loading = await load(SERVE_TABLE, {
    env: {},
    flags: { listen: '127.0.0.1:0', 'admin-listen': '127.0.0.1:0', 'drain-window': '0s' },
  })
  if (loading.kind === 'refused') throw new Error('expected the flags to be right')
  const naive = await startService(loading, createLogger('silent'), { open })
  const recording = new Recording()
  const fault = async () => {
    await cutWhileFlooded(server, recording)
  }
  const verdict = await runWithFault({
    url: naive.url,
    witness: witness.url,
    perKind: 1,
    recording,
    fault,
  })
  await naive.stop()
  await recordResult('pub/sub cut 4 times, service that repairs nothing', verdict)
  const lost = verdict.breaches.filter(({ kind }) => kind === 'lost')
  expect(lost.length).toBeGreaterThan(0)
})
