import type { ServerResponse } from 'node:http'
import { afterEach, assert, beforeEach, expect, test } from 'vitest'
import type { Agent } from 'undici'
import { makePod } from '../../../test/support/cluster/pods.ts'
import { freePort } from '../../../rig/servers/free-port.ts'
import { ScriptedServer, type Script } from '../../../test/support/scripted-server.ts'
import type { Pod } from '../objects/workloads.ts'
import { createPodAgent } from './pod-requests.ts'
import { PodReader } from './pod-reader.ts'

let dispatcher: Agent

beforeEach(() => {
  dispatcher = createPodAgent()
})

afterEach(async () => {
  await dispatcher.destroy()
})

const SNAPSHOT = { subscribers: 3, limit: 10, draining: false }

function send(response: ServerResponse, document: unknown, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(document))
}

function podAt(server: ScriptedServer): Pod {
  return makePod({ port: Number(server.url.port) })
}

/** The answer of one poll of a pod that answers by the script. */
async function readFrom(script: Script) {
  await using server = await ScriptedServer.start(script)
  return await new PodReader({ dispatcher, proxy: undefined }).read(podAt(server))
}

async function silenceOf(script: Script) {
  const answer = await readFrom(script)
  assert(!answer.isSnapshot)
  return answer.silence
}

test.for([
  ['nothing else', SNAPSHOT],
  ['fields that nobody knows', { ...SNAPSHOT, zone: 'a', version: 'next', log: 7, polls: -1 }],
])('a snapshot with %s is read', async ([, document]) => {
  expect(await readFrom((response) => send(response, document))).toEqual({
    isSnapshot: true,
    snapshot: { subscribers: 3, limit: 10, isDraining: false },
  })
})

test.for([
  ['subscribers', { ...SNAPSHOT, subscribers: undefined }],
  ['subscribers', { ...SNAPSHOT, subscribers: -1 }],
  ['limit', { ...SNAPSHOT, limit: '10' }],
  ['draining', { ...SNAPSHOT, draining: null }],
  ['', []],
  ['', 'text'],
] as const)('a snapshot with a wrong %j is an error that names it', async ([field, document]) => {
  const { reason, detail } = await silenceOf((response) => send(response, document))
  expect([reason, detail]).toEqual(['error', expect.stringContaining(`no snapshot: ${field}`)])
})

test.for([
  [302, 'error'],
  [401, 'refused'],
  [403, 'refused'],
  [404, 'error'],
  [500, 'error'],
  [503, 'error'],
] as const)('status %d is %s', async ([status, reason]) => {
  const silence = await silenceOf((response) => send(response, SNAPSHOT, status))
  expect(silence).toEqual({ reason, detail: expect.stringContaining(`status ${status}`) as string })
})

test('an answer of more than 1 MiB is an error', async () => {
  const { reason, detail } = await silenceOf((response) =>
    send(response, { ...SNAPSHOT, padding: 'x'.repeat(1024 * 1024) }),
  )
  expect([reason, detail]).toEqual(['error', expect.stringContaining('more than 1048576 bytes')])
})

test('a pod that closes the connection refuses', async () => {
  const { reason, detail } = await silenceOf((response) => response.socket?.destroy())
  expect([reason, detail]).toEqual([
    'refused',
    expect.stringMatching(/^127\.0\.0\.1:\d+ closes the connection/),
  ])
})

test('a port without a listener refuses', async () => {
  const port = await freePort()
  const answer = await new PodReader({ dispatcher, proxy: undefined }).read(makePod({ port }))
  expect(answer).toEqual({
    isSnapshot: false,
    silence: {
      reason: 'refused',
      detail: `127.0.0.1:${port} refuses connections (ECONNREFUSED)`,
    },
  })
})

test.for<[what: string, script: Script]>([
  ['never answers', () => undefined],
  [
    'sends its answer byte by byte',
    (response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write(' '), 100)
      response.on('close', () => {
        clearInterval(timer)
      })
    },
  ],
])('a pod that %s times out', async ([, script]) => {
  expect(await silenceOf(script)).toMatchObject({ reason: 'timeout' })
})

test('one connection serves all polls of a pod', async () => {
  await using server = await ScriptedServer.start((response) => send(response, SNAPSHOT))
  const reader = new PodReader({ dispatcher, proxy: undefined })
  for (let polls = 0; polls < 5; polls++) await reader.read(podAt(server))
  expect(new Set(server.requests.map(({ socket }) => socket)).size).toBe(1)
})

test('a pod without an address is refused', async () => {
  const pod = makePod()
  const answer = await new PodReader({ dispatcher, proxy: undefined }).read({
    ...pod,
    status: { ...pod.status, podIP: undefined },
  })
  expect(answer).toMatchObject({ isSnapshot: false, silence: { reason: 'refused' } })
})
