import type { ServerResponse } from 'node:http'
import { afterEach, assert, beforeEach, expect, test, vi } from 'vitest'
import type { Agent } from 'undici'
import { makePod } from '../../../test/support/cluster/pods.ts'
import { freePort } from '../../../rig/servers/free-port.ts'
import { ScriptedServer, type Script } from '../../../test/support/scripted-server.ts'
import { ClusterError } from '../cluster/cluster-error.ts'
import type { PodRequest } from '../cluster/cluster.ts'
import type { ObjectKey } from '../objects/metadata.ts'
import { createPodAgent } from './pod-requests.ts'
import { PodReader } from './pod-reader.ts'

const SNAPSHOT = JSON.stringify({ subscribers: 3, limit: 10, draining: false })
const HEARD = { isSnapshot: true, snapshot: { subscribers: 3, limit: 10, isDraining: false } }

let dispatcher: Agent

beforeEach(() => {
  dispatcher = createPodAgent()
  vi.useFakeTimers({ toFake: ['performance'] })
})

afterEach(async () => {
  vi.useRealTimers()
  await dispatcher.destroy()
})

/** An API server that reaches all pods, or none. */
class ProxyStub {
  readonly requests: [ObjectKey, PodRequest][] = []
  answer: string | ClusterError = SNAPSHOT

  async readPod(pod: ObjectKey, request: PodRequest): Promise<string> {
    this.requests.push([pod, request])
    if (this.answer instanceof ClusterError) throw this.answer
    return this.answer
  }
}

/** A pod of a mesh that lets the controller in, or keeps it out. */
async function startPod(isOpen: () => boolean) {
  const script: Script = (response: ServerResponse) => {
    response.writeHead(isOpen() ? 200 : 403).end(SNAPSHOT)
  }
  const server = await ScriptedServer.start(script)
  return { server, pod: makePod({ name: 'a', port: Number(server.url.port) }) }
}

test('a pod that refuses the controller is asked through the API server, later at once', async () => {
  const { server, pod } = await startPod(() => false)
  await using _ = server
  const proxy = new ProxyStub()
  const reader = new PodReader({ dispatcher, proxy })
  for (let polls = 0; polls < 5; polls++) expect(await reader.read(pod)).toEqual(HEARD)
  expect(server.requests).toHaveLength(1)
  expect(proxy.requests).toHaveLength(5)
  expect(proxy.requests[0]).toEqual([
    { namespace: 'default', name: 'a' },
    {
      port: Number(server.url.port),
      path: '/snapshot',
      signal: expect.any(AbortSignal) as unknown,
    },
  ])
})

test('its address is tried again now and then, and used if the pod answers', async () => {
  let isOpen = false
  const { server, pod } = await startPod(() => isOpen)
  await using _ = server
  const proxy = new ProxyStub()
  const reader = new PodReader({ dispatcher, proxy })
  await reader.read(pod)
  isOpen = true
  await reader.read(pod)
  expect([server.requests.length, proxy.requests.length]).toEqual([1, 2])
  vi.advanceTimersByTime(120_000)
  for (let polls = 0; polls < 3; polls++) expect(await reader.read(pod)).toEqual(HEARD)
  expect([server.requests.length, proxy.requests.length]).toEqual([4, 2])
})

test('a way through the API server that fails is left at once', async () => {
  let isOpen = false
  const { server, pod } = await startPod(() => isOpen)
  await using _ = server
  const proxy = new ProxyStub()
  const reader = new PodReader({ dispatcher, proxy })
  await reader.read(pod)
  isOpen = true
  proxy.answer = new ClusterError('unavailable', 'the API server is away')
  expect(await reader.read(pod)).toEqual(HEARD)
  expect(await reader.read(pod)).toEqual(HEARD)
  expect([server.requests.length, proxy.requests.length]).toEqual([3, 2])
})

test.for<[why: string, answer: string | ClusterError, detail: string]>([
  [
    'is not allowed',
    new ClusterError('forbidden', 'pods "a" is forbidden'),
    'the API server does not let the controller get pods/proxy',
  ],
  [
    'fails',
    new ClusterError('unavailable', 'dial tcp: connection refused'),
    'through the API server: dial tcp: connection refused',
  ],
  ['gives no snapshot', '<html>', 'asked through the API server, answers with no snapshot'],
])('where the proxy %s the detail has both causes', async ([, answer, detail]) => {
  const port = await freePort()
  const proxy = new ProxyStub()
  proxy.answer = answer
  const reader = new PodReader({ dispatcher, proxy })
  for (let polls = 0; polls < 2; polls++) {
    const read = await reader.read(makePod({ port }))
    assert(!read.isSnapshot)
    expect(read.silence.reason).toBe('refused')
    expect(read.silence.detail).toContain(`127.0.0.1:${port} refuses connections`)
    expect(read.silence.detail).toContain(detail)
  }
  expect(proxy.requests).toHaveLength(2)
})

test('a pod that times out is asked through the API server', async () => {
  await using server = await ScriptedServer.start(() => undefined)
  const reader = new PodReader({ dispatcher, proxy: new ProxyStub() })
  expect(await reader.read(makePod({ port: Number(server.url.port) }))).toEqual(HEARD)
})

test('a pod that answers with an error is not asked through the API server', async () => {
  await using server = await ScriptedServer.start((response) => response.writeHead(500).end())
  const proxy = new ProxyStub()
  const reader = new PodReader({ dispatcher, proxy })
  expect(await reader.read(makePod({ port: Number(server.url.port) }))).toMatchObject({
    silence: { reason: 'error' },
  })
  expect(proxy.requests).toEqual([])
})
