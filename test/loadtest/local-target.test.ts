import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startLocalTarget } from '../../loadtest/target/local-target.ts'
import type { FaultName, Target } from '../../loadtest/target/target.ts'
import { runWithFault } from '../faults/run-with-fault.ts'
import type { GapReason } from '../../src/schema/system-events.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { post, publishText } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'

async function startTarget(...needs: FaultName[]): Promise<Target> {
  return startLocalTarget({ needs, subscribers: 100, tell: () => {} })
}

test('one process with its log in memory streams behind nginx, and can be watched', async () => {
  await using target = await startTarget()

  const { url, publishUrl } = target.address
  await using stream = await EventStream.open(`${url}/stream/a`)
  await stream.event('runnel.open')
  const id = await publishText(publishUrl, 'a', 'x')
  expect((await stream.take(1)).map((event) => event.id)).toEqual([id])

  expect(target.description).toMatch(/^1 process behind nginx \d+\.\d+\.\d+$/)
  expect(Object.keys(target.versions)).toEqual(['runnel', 'node', 'nginx'])
  expect(target.abilities).toEqual(['ingress-reload'])
  await eventually(async () => {
    const { servers } = await target.watch()
    expect(servers).toMatchObject([{ name: 'process-1', streams: 1 }])
    for (const figure of ['cpu', 'rss', 'heap', 'descriptors'] as const) {
      expect(servers[0]?.[figure]).toBeGreaterThan(0)
    }
  })
})

const FAULTS: readonly [FaultName, readonly GapReason[]][] = [
  ['rollout', []],
  ['pod-kill', []],
  ['ingress-reload', []],
  // Events that the replica did not have yet are announced.
  ['redis-fail-over', ['diverged', 'ahead']],
]

test.for(FAULTS)(
  '%s: nobody misses an event silently',
  { timeout: 180_000 },
  async ([name, allowedGaps]) => {
    await using target = await startTarget(name)
    expect(target.abilities).toContain(name)
    const before = servicePids()

    const { breaches, deliveries } = await runWithFault({
      url: target.address.url,
      perKind: 2,
      // A rollout takes a while, and its first events must stay within the history.
      interval: 200,
      allowedGaps,
      fault: async () => target.fault(name),
    })

    expect(breaches).toEqual([])
    expect(deliveries).toBeGreaterThan(0)
    const isNew = servicePids().filter((pid) => !before.includes(pid)).length
    expect(isNew).toBe({ rollout: 3, 'pod-kill': 1 }[name as string] ?? 0)
  },
)

test.for([[], ['redis-fail-over']] as const)(
  'the naive variant streams behind the same nginx: %s',
  async (needs) => {
    const options = { needs, subscribers: 100, tell: () => {} }
    await using target = await startLocalTarget(options, 'naive')

    expect(target.description).toMatch(/^3 processes of the naive variant on Redis .* behind nginx/)
    expect(target.address.dialect).toBe('plain')
    const { url, publishUrl } = target.address
    await using stream = await EventStream.open(`${url}/stream/a`)
    for (const fault of needs) await target.fault(fault)
    // What is published before a process has subscribed to Redis again is lost.
    await eventually(async () => {
      await post(`${publishUrl}/publish/a`, 'text/plain', 'x')
      expect(stream.published[0]).toMatchObject({ data: 'x' })
    })
    const { servers } = await target.watch()
    expect(servers).toHaveLength(3)
    expect(servers[0]?.rss).toBeGreaterThan(0)
  },
)

test('what it has not is refused, with what to do', async () => {
  await using target = await startTarget()

  await expect(target.fault('pod-kill')).rejects.toThrow(
    /^expected a target that was started for pod-kill, got 1 process behind nginx/,
  )
  const autoscaling = startLocalTarget({
    needs: ['autoscaling'],
    subscribers: 1,
    tell: () => {},
  })
  await expect(autoscaling).rejects.toThrow('a local service has no autoscaling: use --target')
  const many = startLocalTarget({ needs: [], subscribers: 1e9, tell: () => {} })
  await expect(many).rejects.toThrow(/the hard limit is \d+ \(ulimit -Hn\): raise it/)
})

test('nothing that it started is left after its disposal, even during a fault', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runnel-test-'))
  vi.stubEnv('TMPDIR', folder)
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true })
  })
  const target = await startTarget('rollout', 'redis-fail-over')
  const started = childPids()
  // Six of Redis, three of the service, and nginx with its workers.
  expect(started.length).toBeGreaterThan(10)
  expect(readdirSync(folder)).toHaveLength(7)
  const rollout = target.fault('rollout')

  await target[Symbol.asyncDispose]()

  await rollout.catch(() => undefined)
  expect(childPids()).toEqual([])
  expect(started.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})

/** The processes that this one has started, and theirs. */
function childPids(pid = process.pid): readonly number[] {
  const tasks = readdirSync(`/proc/${pid}/task`)
  const children = tasks.flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean),
  )
  return children.map(Number).flatMap((child) => [child, ...childPids(child)])
}

function servicePids(): readonly number[] {
  return childPids().filter((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('\0serve\0'),
  )
}
