import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import {
  serveCluster,
  type ServedCluster,
} from '../../../test/support/fake-api-server/served-cluster.ts'
import type { OpenWatch } from '../../../test/support/fake-api-server/open-watch.ts'
import type { WatchEvent } from '../cluster/cluster.ts'
import { CONFIG_MAP, type ConfigMap } from '../objects/children.ts'

const MAPS = '/api/v1/namespaces/a/configmaps'
const SELECTION = { namespace: 'a' }
const MAP = { metadata: { namespace: 'a', name: 'm' } }

test('changes and bookmarks come as they happen, however they are cut', async () => {
  await using served = await serveCluster()
  const { server } = served
  const { events, watch, stop, ended } = await watchMaps(served)
  server.objects.put(MAPS, MAP)
  watch.sendBookmark(7)
  const modified = { type: 'MODIFIED', object: { ...MAP, data: { x: 'ä' } } }
  const bytes = Buffer.from(`${JSON.stringify(modified)}\n`)
  for (const byte of bytes.subarray(0, 10)) watch.sendText(String.fromCodePoint(byte))
  watch.sendText(bytes.subarray(10).toString())
  server.objects.delete(MAPS, 'm')
  await eventually(() => {
    expect(events).toHaveLength(4)
  })
  expect(events.map(({ type }) => type)).toEqual(['added', 'bookmark', 'modified', 'deleted'])
  expect(events[1]).toEqual({ type: 'bookmark', resourceVersion: '7' })
  expect(events[2]).toMatchObject({ object: { data: { x: 'ä' } } })
  stop()
  await ended
  expect(served.recorded.watchEnds).toEqual(['stopped'])
})

test('a watch asks for bookmarks, for an end, and from its version', async () => {
  await using served = await serveCluster()
  const { stop, ended } = await watchMaps(served)
  const [request] = served.server.requests
  expect(Object.fromEntries(request?.query ?? [])).toEqual({
    watch: 'true',
    resourceVersion: '1',
    allowWatchBookmarks: 'true',
    timeoutSeconds: expect.stringMatching(/^[3-6]\d\d$/),
  })
  stop()
  await ended
})

test('a watch on a connection that is half open ends', async () => {
  await using served = await serveCluster({ watchSilence: 200 })
  const { server, recorded } = served
  const { events, watch, ended } = await watchMaps(served)
  watch.isSilent = true
  server.objects.put(MAPS, MAP)
  expect(await ended).toBeUndefined()
  expect(events).toEqual([])
  expect(recorded.watchEnds).toEqual(['silent'])
  await noConnection(served)
})

test.each([
  ['the API server', (watch: OpenWatch) => watch.end()],
  ['a cut connection', (watch: OpenWatch) => watch.cut()],
])('a watch that %s ends just ends, and half a change is none', async (_, end) => {
  await using served = await serveCluster()
  const { events, watch, ended } = await watchMaps(served)
  watch.send({ type: 'ADDED', object: MAP })
  watch.sendText('{"type":"ADDED","object":{"metadata":{"name":"half"}}}')
  await eventually(() => {
    expect(events).toHaveLength(1)
  })
  end(watch)
  expect(await ended).toBeUndefined()
  expect(events).toHaveLength(1)
  expect(served.recorded.watchEnds).toEqual(['closed'])
})

test('a version that is too old is `expired`, told in the stream or before it', async () => {
  await using served = await serveCluster()
  const { server, cluster } = served
  server.objects.compact()
  const request = { resourceVersion: '1', signal: AbortSignal.timeout(30_000) }
  const next = async () => {
    const watch = cluster.watch(CONFIG_MAP, SELECTION, request)
    return watch[Symbol.asyncIterator]().next()
  }
  await expect(next()).rejects.toMatchObject({ name: 'ClusterError', reason: 'expired' })
  const body = { kind: 'Status', reason: 'Expired', message: 'too old', code: 410 }
  server.fault = () => ({ code: 410, body })
  await expect(next()).rejects.toMatchObject({ name: 'ClusterError', reason: 'expired' })
  expect(served.recorded.watchEnds).toEqual(['failed'])
})

test.each([
  [
    'an error',
    JSON.stringify({
      type: 'ERROR',
      object: { kind: 'Status', code: 500, message: 'etcd is away' },
    }),
    { reason: 'unavailable', message: 'Cannot watch configmaps in namespace a: etcd is away.' },
  ],
  ['what is no JSON', '<html>', { reason: 'unreadable' }],
  ['what is no change', '{"type":"NEWS"}', { reason: 'unreadable' }],
  [
    'a change that is too large',
    JSON.stringify({ type: 'ADDED', object: { ...MAP, data: { x: 'x'.repeat(2_000) } } }),
    {
      reason: 'unreadable',
      message: 'Cannot watch configmaps in namespace a: the answer is larger than allowed.',
    },
  ],
])('a watch with %s rejects, and its connection ends', async (_, line, expected) => {
  await using served = await serveCluster({ maxLine: 1_000 })
  const { events, watch, ended } = await watchMaps(served)
  watch.sendText(`${line}\n`)
  expect(await ended).toMatchObject({ name: 'ClusterError', ...expected })
  expect(events).toEqual([])
  await noConnection(served)
})

test('a stop while the watch is asked for leaves no connection', async () => {
  await using served = await serveCluster()
  const { server } = served
  server.fault = () => 'hang'
  const { events, stop, ended } = recordMaps(served)
  await eventually(() => {
    expect(server.requests).toHaveLength(1)
  })
  stop()
  expect(await ended).toBeUndefined()
  expect(events).toEqual([])
  await noConnection(served)
})

test('after a stop nothing arrives, though it was sent before', async () => {
  await using served = await serveCluster()
  const { watch, stop, ended, events } = await watchMaps(served, () => {
    stop()
  })
  const line = `${JSON.stringify({ type: 'ADDED', object: MAP })}\n`
  watch.sendText(line.repeat(5))
  expect(await ended).toBeUndefined()
  expect(events).toHaveLength(1)
  await noConnection(served)
})

test('a stop while a list is under way ends it, with its connection', async () => {
  await using served = await serveCluster()
  const { server, cluster } = served
  server.fault = () => 'hang'
  const controller = new AbortController()
  const listing = cluster.list(CONFIG_MAP, SELECTION, { signal: controller.signal })
  await eventually(() => {
    expect(server.requests).toHaveLength(1)
  })
  controller.abort()
  await expect(listing).rejects.toBe(controller.signal.reason)
  await noConnection(served)
})

test('a consumer that leaves its loop ends the watch', async () => {
  await using served = await serveCluster()
  const { server, cluster, recorded } = served
  server.objects.put(MAPS, MAP)
  const signal = AbortSignal.timeout(30_000)
  const request = { resourceVersion: '1', signal }
  for await (const event of cluster.watch(CONFIG_MAP, SELECTION, request)) {
    expect(event.type).toBe('added')
    break
  }
  expect(recorded.watchEnds).toEqual(['stopped'])
  await noConnection(served)
})

/** `ended` resolves to the error of the watch, undefined where it has none. */
function recordMaps({ cluster }: ServedCluster, onEvent: () => void = () => {}) {
  const events: WatchEvent<ConfigMap>[] = []
  const controller = new AbortController()
  const request = { resourceVersion: '1', signal: controller.signal }
  const record = async (): Promise<void> => {
    for await (const event of cluster.watch(CONFIG_MAP, SELECTION, request)) {
      events.push(event)
      onEvent()
    }
  }
  const ended: Promise<unknown> = record().catch((error: unknown) => error)
  return { events, ended, stop: () => controller.abort() }
}

async function watchMaps(served: ServedCluster, onEvent?: () => void) {
  const recording = recordMaps(served, onEvent)
  const watch = await eventually(() => {
    const [opened] = served.server.watches
    if (opened === undefined) throw new Error('expected a watch')
    return opened
  })
  return { ...recording, watch }
}

async function noConnection({ server }: ServedCluster): Promise<void> {
  await eventually(() => {
    expect(server.connections).toBe(0)
  })
}
