import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { beforeAll, afterAll, expect, test } from 'vitest'
import type { DialectName } from '../../loadtest/driver/commands.ts'
import { freePort } from '../../rig/servers/free-port.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { ServerProcess } from '../../rig/servers/server-process.ts'
import { eventually } from '../support/eventually.ts'
import { spawnServe } from '../support/serve-process.ts'
import { addressOf, DrivenLoad } from './driven-load.ts'

const NAIVE = fileURLToPath(new URL('../../loadtest/naive/server.mjs', import.meta.url))
/** Two processes listen on one port, each on an address of its own, and clients use both. */
const HOSTS = ['127.0.0.1', '127.0.0.2']
const SUBSCRIBERS = 20

let redis: RedisServer

beforeAll(async () => {
  redis = await RedisServer.start()
})

afterAll(async () => {
  await redis?.[Symbol.asyncDispose]()
})

test('a rollout of the naive variant loses events, and the judge says which', async () => {
  const judgement = await rollOut('plain', async (host, port, processes) => {
    const env = { HOST: host, PORT: String(port), REDIS_URL: redis.url }
    const readyUrl = `http://${host}:${port}/`
    const server = await ServerProcess.start({
      path: process.execPath,
      args: [NAIVE],
      env,
      readyUrl,
    })
    processes.use(server)
    return async () => server[Symbol.asyncDispose]()
  })
  expect(judgement.lost).toBeGreaterThan(SUBSCRIBERS)
  expect(judgement.examples).not.toEqual([])
  expect(judgement).toMatchObject({ announced: 0, duplicated: 0, reordered: 0, corrupted: 0 })
})

test('the same rollout of Runnel loses none', async () => {
  const judgement = await rollOut('runnel', async (host, port, processes) => {
    const place = [`--listen=${host}:${port}`, `--hosts=${host}`, `--redis-url=${redis.url}`]
    const { url, child } = await spawnServe([...place, '--retry=1s', '--drain-window=1s'])
    processes.defer(() => void child.kill('SIGKILL'))
    await expectTwo(url)
    return async () => {
      child.kill('SIGTERM')
      await once(child, 'close')
    }
  })
  expect(judgement).toMatchObject({
    lost: 0,
    announced: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    falseGaps: 0,
  })
})

/** Only a process that knows the other one sends its subscribers there at once. */
async function expectTwo(url: string): Promise<void> {
  await eventually(async () => {
    const response = await fetch(`${url}/health/stream-capacity`)
    const { fleet } = (await response.json()) as { fleet: { pods: number } }
    expect(fleet.pods).toBe(HOSTS.length)
  })
}

/** Resolves to what ends the process; the stack does so if a test fails before. */
type Start = (
  host: string,
  port: number,
  processes: AsyncDisposableStack,
) => Promise<() => Promise<void>>

/** Replaces one process after the other under traffic. */
async function rollOut(dialect: DialectName, start: Start) {
  const port = await freePort()
  await using processes = new AsyncDisposableStack()
  const ends = await Promise.all(HOSTS.map(async (host) => start(host, port, processes)))
  const address = { ...addressOf(`http://127.0.0.1:${port}`), dialect, connectTo: HOSTS }
  const load = processes.use(await DrivenLoad.start(address, ['news']))
  await load.subscribe(SUBSCRIBERS)
  const replaceBoth = async () => {
    await deliver(load)
    for (const [index, host] of HOSTS.entries()) {
      const before = load.total('reconnects')
      await ends[index]?.()
      await start(host, port, processes)
      await eventually(() => {
        expect(load.total('reconnects')).toBeGreaterThan(before)
        expect(load.open).toBe(SUBSCRIBERS)
      })
    }
    await deliver(load)
    load.publisher.stop()
  }
  await Promise.all([load.publisher.publish({ rate: 50, seconds: 120, bytes: 100 }), replaceBoth()])
  // Awaited here, while the drivers still run.
  return await load.judge(5)
}

/** Resolves when all subscribers had some more events. */
async function deliver(load: DrivenLoad): Promise<void> {
  const before = load.total('deliveries')
  await eventually(() => {
    expect(load.total('deliveries')).toBeGreaterThan(before + 10 * SUBSCRIBERS)
  })
}
