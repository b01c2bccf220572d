import { expect, test, vi } from 'vitest'
import { offsetOf } from '../../test/support/event-ledger.ts'
import { FakeSink } from '../../test/support/fake-sink.ts'
import { passTurns, type HubClient } from '../../test/support/clients/hub-client.ts'
import { numbers } from '../../test/support/open-tail.ts'
import { resumeFrom, streamRequest } from '../../test/support/stream-request.ts'
import { holdClock, TestHub } from '../../test/support/test-hub.ts'

const STORM = 5_000
const BACKLOG = 500

/** Distinct buffers that these clients got, without the first one of each. */
function sharedBuffers(clients: readonly HubClient[]): Set<Buffer> {
  return new Set(clients.flatMap(({ sink }) => sink?.writes.slice(1) ?? []))
}

async function openAll(pod: TestHub, clients: readonly HubClient[], cursor?: string) {
  for (const client of clients) {
    client.cursor = cursor
    client.open(pod.hub)
  }
  await passTurns(3)
}

/** Waits until all clients have the newest event. The bound on turns only ends a test that would hang. */
async function untilAtTop(pod: TestHub, clients: readonly HubClient[]): Promise<void> {
  for (let turns = 0; turns < 2_000; turns++) {
    if (clients.every((client) => pod.isAtTop(client))) return
    await passTurns()
  }
  throw new Error('expected all clients at the top')
}

test('5,000 streams that come back at once for 500 events read the log a handful of times', async () => {
  using _clock = holdClock()
  using pod = new TestHub()
  const before = pod.log.history.top('a')
  const backlog = pod.log.history.publish('a', ...numbers(1, BACKLOG))
  // Most were cut at the same event, some a little later.
  const cursors = Array.from({ length: STORM }, (_, index) => {
    return index % 10 === 0 ? backlog[index % 50]! : before
  })
  const selection = { channels: ['a'], envelope: false, framing: 'raw' } as const
  const sinks = cursors.map((cursor) => {
    const sink = new FakeSink('raw')
    pod.hub.open(selection, sink, streamRequest(resumeFrom(cursor)))
    return sink
  })
  const missing = cursors.reduce((sum, cursor) => sum + BACKLOG - offsetOf(cursor), 0)
  for (let turns = 0; turns < 2_000 && pod.hub.delivered < missing; turns++) await passTurns()
  expect(pod.hub.delivered).toBe(missing)
  expect(pod.log.reads.length).toBeLessThanOrEqual(5)

  // Readers with the same progress share the batch of the first of them, so few stories differ; each of
  // them is checked.
  const stories = new Map<string, { cursor: string; writes: readonly Buffer[] }>()
  const names = new Map<Buffer, number>()
  for (const [index, { writes }] of sinks.entries()) {
    const shared = writes.slice(1).map((bytes) => {
      names.set(bytes, names.get(bytes) ?? names.size)
      return names.get(bytes)
    })
    stories.set(`${cursors[index]} ${shared.join()}`, { cursor: cursors[index]!, writes })
  }
  expect(names.size).toBeLessThan(100)
  for (const { cursor, writes } of stories.values()) {
    const client = pod.newClient()
    client.cursor = cursor
    const take = client.connect()
    for (const bytes of writes) take(bytes)
    expect(client.gaps).toEqual([])
    expect(pod.isAtTop(client)).toBe(true)
  }
})

test('5,000 streams that come back with a lost epoch read the log a handful of times', async () => {
  using _clock = holdClock()
  using pod = new TestHub()
  const [lost] = pod.log.history.publish('a', '1')
  pod.log.history.flush()
  pod.log.history.publish('a', 'new')
  const clients = Array.from({ length: STORM }, () => pod.newClient())
  await openAll(pod, clients, lost)
  await untilAtTop(pod, clients)
  expect(pod.log.reads.length).toBeLessThanOrEqual(6)
  expect(new Set(clients.map(({ gaps }) => gaps.map(({ reason }) => reason).join()))).toEqual(
    new Set(['epoch-lost']),
  )
})

test('members of a group are handed the same buffer, encoded once', async () => {
  using pod = new TestHub()
  const clients = Array.from({ length: 600 }, () => pod.newClient(['a'], 'chunked'))
  await openAll(pod, clients)
  for (const event of ['1', '2', '3']) {
    pod.log.history.publish('a', event)
    await untilAtTop(pod, clients)
  }
  expect(sharedBuffers(clients).size).toBe(3)
  expect(clients.every(({ sink }) => sink!.writes.length === 4)).toBe(true)
})

test('events of one tick share a write', async () => {
  using pod = new TestHub()
  const client = pod.newClient()
  await openAll(pod, [client])
  for (const event of ['1', '2', '3']) pod.log.history.publish('a', event)
  await passTurns(2)
  expect(client.sink!.writes).toHaveLength(2)
  expect(client.events.map(({ data }) => data)).toEqual(['1', '2', '3'])
})

test('streams of other channels, framing or envelope get bytes of their own', async () => {
  using pod = new TestHub()
  const clients = [
    pod.newClient(['a'], 'raw'),
    pod.newClient(['a'], 'chunked'),
    pod.newClient(['a', 'b'], 'raw'),
    pod.newClient(['a', 'b'], 'chunked'),
    pod.newClient(['b'], 'raw'),
  ]
  await openAll(pod, clients)
  const wrapped = new FakeSink('raw')
  const selection = { channels: ['a'], envelope: true, framing: 'raw' } as const
  pod.hub.open(selection, wrapped, streamRequest({ from: 'latest' }))
  await passTurns(3)
  pod.log.history.publish('a', '1')
  pod.log.history.publish('b', '1')
  await untilAtTop(pod, clients)
  expect(sharedBuffers(clients).size).toBe(clients.length)
  expect(String(wrapped.writes.at(-1))).toContain('data: {"channel":"a","position":')
  for (const { objections } of clients) expect(objections).toEqual([])
})

test('an event reaches only the subscribers of its channel', async () => {
  using pod = new TestHub()
  pod.log.history.publish('a', 'the first one opens an epoch, which must be read')
  const [reader, other] = [pod.newClient(['a']), pod.newClient(['b'])]
  await openAll(pod, [reader, other])
  pod.log.history.publish('a', '1')
  await passTurns(3)
  expect([reader.events.length, other.sink!.writes.length]).toEqual([1, 1])
  expect(pod.log.reads.map(({ channel }) => channel)).toEqual(['a', 'b'])
})

test('the tail of a channel closes a while after its last stream', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  const clients = [pod.newClient(['a', 'b']), pod.newClient(['a'])]
  await openAll(pod, clients)
  expect([pod.hub.channels, pod.hub.subscribers.size]).toEqual([2, 2])
  clients[0]!.leave()
  clock.pass(7_000)
  expect([pod.hub.channels, pod.log.followers('a'), pod.log.followers('b')]).toEqual([1, 1, 0])
  clients[1]!.leave()
  clock.pass(4_000)
  expect(pod.log.followers('a')).toBe(1)
  clock.pass(3_000)
  expect([pod.hub.channels, pod.log.followers('a'), pod.hub.subscribers.size]).toEqual([0, 0, 0])
})

test('a cursor is found without opening a stream', async () => {
  using pod = new TestHub()
  const positions = pod.log.history.publish('a', '1', '2', '3')
  expect(await pod.hub.locate(['a'], { from: 'latest' })).toBe(positions[2])
  expect(await pod.hub.locate(['a'], { from: { last: 2 } })).toBe(positions[0])
  expect(await pod.hub.locate(['a'], resumeFrom(positions[1]))).toBe(positions[1])
  expect(await pod.hub.locate(['a'], resumeFrom('foreign', 1, 'earliest'))).toMatch(/-0$/)
  // A client that is refused gets no events, so none are read for it.
  expect(pod.log.reads.filter(({ maxEvents }) => maxEvents > 0)).toEqual([])
  expect(pod.opened).toEqual([])
})

test('a closed hub leaves no timer, no follower and no sweep behind', async () => {
  using clock = holdClock()
  const pod = new TestHub()
  const client = pod.newClient()
  await openAll(pod, [client])
  client.leave()
  pod.hub.close()
  expect([vi.getTimerCount(), pod.log.followers('a')]).toEqual([0, 0])
  clock.pass(100_000)
  await passTurns(2)
  expect(vi.getTimerCount()).toBe(0)
})

test('a channel that stays in use keeps nothing of the streams in another format that were on it', async () => {
  using pod = new TestHub()
  const staying = pod.newClient(['a'], 'chunked')
  staying.open(pod.hub)
  await passTurns(3)
  const [tail] = staying.subscriber!.group.tails
  for (let round = 0; round < 5; round++) {
    const passing = pod.newClient(['a'], 'raw')
    passing.open(pod.hub)
    await passTurns(3)
    passing.leave()
  }
  expect(tail!.listeners.size).toBe(1)
})
