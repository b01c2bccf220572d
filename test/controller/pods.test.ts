import { expect, onTestFinished, test } from 'vitest'
import { countSubscribers } from '../../src/controller/fleet/count-subscribers.ts'
import type { ObservedFleet } from '../../src/controller/fleet/observed-pods.ts'
import { PodReader } from '../../src/controller/fleet/pod-reader.ts'
import { createPodAgent } from '../../src/controller/fleet/pod-requests.ts'
import { ShedClient } from '../../src/controller/fleet/shed-client.ts'
import { SnapshotPoller } from '../../src/controller/fleet/snapshot-poller.ts'
import type { PodStatus } from '../../src/schema/stream-capacity.ts'
import { startWithToken, TOKEN } from '../admin/token-file.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { makePod } from '../support/cluster/pods.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../../rig/servers/free-port.ts'
import { ScriptedServer } from '../support/scripted-server.ts'
import { spawnServe } from '../support/serve-process.ts'
import { startTestService } from '../support/service.ts'

function createAgent() {
  const agent = createPodAgent()
  onTestFinished(async () => {
    await agent.destroy()
  })
  return agent
}

/** A pod whose admin listener is at a URL. */
function podAt(name: string, adminUrl: string) {
  return makePod({ name, port: Number(new URL(adminUrl).port) })
}

async function startPoller(fleet: ObservedFleet): Promise<SnapshotPoller> {
  const reader = new PodReader({ dispatcher: createAgent(), proxy: undefined })
  const poller = new SnapshotPoller({
    interval: 100,
    fleets: () => [fleet],
    read: (pod) => reader.read(pod),
    onChange: () => undefined,
  })
  onTestFinished(() => {
    poller.close()
  })
  await poller.start()
  return poller
}

async function openStreams(service: { readonly url: string }, count: number): Promise<void> {
  for (let opened = 0; opened < count; opened++) {
    const stream = await EventStream.open(`${service.url}/stream/a`)
    await stream.event('runnel.open')
  }
}

test('the streams of services are counted, and those of one that hangs stay counted until it is gone', async () => {
  await using first = await startTestService({ 'max-streams': '7' })
  await using second = await spawnServe()
  await openStreams(first, 3)
  await openStreams(second, 2)
  const fleet = {
    key: 'default/runnel',
    pods: [podAt('first', first.adminUrl), podAt('second', second.adminUrl)],
    storedPods: [],
  }
  const poller = await startPoller(fleet)
  expect(countSubscribers(poller.describe(fleet))).toEqual({ isKnown: true, subscribers: 5 })
  expect(poller.describe(fleet)[0]?.snapshot).toEqual({
    subscribers: 3,
    limit: 7,
    isDraining: false,
  })

  second.child.kill('SIGSTOP')
  await eventually(() => {
    expect(poller.describe(fleet)[1]?.silence?.reason).toBe('timeout')
  })
  expect(countSubscribers(poller.describe(fleet))).toEqual({ isKnown: true, subscribers: 5 })

  const later = {
    ...fleet,
    pods: [
      fleet.pods[0]!,
      makePod({ name: 'second', container: 'containerd://2', isReady: false }),
    ],
  }
  expect(countSubscribers(poller.describe(later))).toEqual({ isKnown: true, subscribers: 3 })
})

test('a controller that starts beside silent pods holds the count, and knows it as more than half answer', async () => {
  await using service = await startTestService()
  await openStreams(service, 3)
  const stored: PodStatus = {
    name: 'silent',
    subscribers: 4,
    limit: 10,
    ready: true,
    draining: false,
  }
  const silent = makePod({ name: 'silent', port: await freePort() })
  const alone = { key: 'default/runnel', pods: [silent], storedPods: [stored] }
  expect(countSubscribers((await startPoller(alone)).describe(alone)).isKnown).toBe(false)
  const both = { ...alone, pods: [silent, podAt('heard', service.adminUrl)] }
  expect(countSubscribers((await startPoller(both)).describe(both))).toEqual({
    isKnown: true,
    subscribers: 7,
  })
})

test('a shed with the token moves as many streams as it says', async () => {
  await using service = await startWithToken()
  await openStreams(service, 5)
  let token: string | undefined
  const client = new ShedClient({ dispatcher: createAgent(), token: () => token })
  const pod = podAt('a', service.adminUrl)
  const shed = async () => client.shed(pod, { count: 2, over: 0 })

  expect(await shed()).toMatchObject({ isDone: false, reason: 'no-token' })
  token = 'another-token'
  expect(await shed()).toMatchObject({
    isDone: false,
    reason: 'unauthorized',
    detail: expect.stringMatching(/status 401: expected the bearer/) as string,
  })
  expect(service.snapshot().subscribers).toBe(5)
  token = TOKEN
  expect(await shed()).toEqual({ isDone: true, shedding: 2 })
  await eventually(() => expect(service.snapshot().subscribers).toBe(3))
  await service.file.write('rotated')
  expect(await shed()).toMatchObject({ isDone: false, reason: 'unauthorized' })
  token = 'rotated'
  expect(await shed()).toEqual({ isDone: true, shedding: 2 })
})

test.for<[problem: string, answer: number, reason: string, detail: RegExp]>([
  ['403', 403, 'unauthorized', /status 403: no token here$/],
  ['500', 500, 'error', /status 500: no token here$/],
  ['a redirect', 307, 'error', /status 307/],
  ['202 without a count', 202, 'error', /status 202/],
])('%s is a refusal by name', async ([, status, reason, detail]) => {
  await using server = await ScriptedServer.start((response) => {
    response.writeHead(status, { Location: '/elsewhere' }).end('{"detail":"no token here"}')
  })
  const client = new ShedClient({ dispatcher: createAgent(), token: () => TOKEN })
  expect(await client.shed(podAt('a', server.url.href), { count: 1, over: 0 })).toEqual({
    isDone: false,
    reason,
    detail: expect.stringMatching(detail) as string,
  })
  expect(server.requests).toHaveLength(1)
})

test('a pod that cannot be reached, or never answers, is a refusal by name', async () => {
  const client = new ShedClient({ dispatcher: createAgent(), token: () => TOKEN })
  await using hanging = await ScriptedServer.start(() => undefined)
  const refusing = makePod({ port: await freePort() })
  for (const pod of [podAt('a', hanging.url.href), refusing, { metadata: { name: 'a' } }]) {
    expect(await client.shed(pod, { count: 1, over: 0 })).toMatchObject({
      isDone: false,
      reason: 'unreachable',
    })
  }
})

test('a token that no header can carry is a refusal without it', async () => {
  const client = new ShedClient({ dispatcher: createAgent(), token: () => 'secret\nline' })
  const outcome = await client.shed(makePod(), { count: 1, over: 0 })
  expect(outcome).toMatchObject({ isDone: false, reason: 'error' })
  expect(JSON.stringify(outcome)).not.toContain('secret')
})
