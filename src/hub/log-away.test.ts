/** A log that cannot be reached: new streams are refused with their cursor, open ones stay. */
import { expect, test } from 'vitest'
import { passTurns, type HubClient } from '../../test/support/clients/hub-client.ts'
import { holdClock, TestHub } from '../../test/support/test-hub.ts'
import { LogUnavailable } from '../log/event-log.ts'

async function open(pod: TestHub, client: HubClient): Promise<string> {
  client.open(pod.hub)
  await passTurns(3)
  return Buffer.concat(client.sink!.writes).toString()
}

test('a new client gets runnel.full with the reason log, and the id none', async () => {
  using pod = new TestHub()
  pod.log.answering = 'failing'
  const client = pod.newClient()
  expect(await open(pod, client)).toBe(
    'retry: 777\nid: none\nevent: runnel.full\ndata: {"reason":"log","retry":777,"poll":"/poll?none"}\n\n',
  )
  expect(client.sink!.ending).toBe('ended')
  expect(pod.opened).toEqual([])
  expect([pod.closed, pod.refused.length]).toEqual([[], 1])
  expect(pod.sentAway).toEqual(['log'])
  pod.log.history.publish('a', 'meanwhile')
  pod.log.answering = 'at-once'
  await open(pod, client)
  expect(client.gaps.map(({ reason }) => reason)).toEqual(['unknown-cursor'])
  expect(client.objections).toEqual([])
})

test('a client that is refused keeps its cursor', async () => {
  using pod = new TestHub()
  const [first] = pod.log.history.publish('a', '1', '2')
  pod.log.answering = 'failing'
  const client = pod.newClient()
  client.cursor = first
  expect(await open(pod, client)).toBe(
    `retry: 777\nid: ${first}\nevent: runnel.full\n` +
      `data: {"reason":"log","retry":777,"poll":"/poll?${first}"}\n\n`,
  )
  pod.log.answering = 'at-once'
  await open(pod, client)
  expect(client.events.map(({ data }) => data)).toEqual(['2'])
})

test('an id that is no cursor is not sent back as one', async () => {
  using pod = new TestHub()
  pod.log.answering = 'failing'
  const client = pod.newClient()
  client.cursor = 'foreign'
  expect(await open(pod, client)).toMatch(/^retry: 777\nid: none\nevent: runnel\.full\n/)
})

test('a stream that is to move while it waits for the log is sent away with its cursor', async () => {
  using pod = new TestHub()
  const [first] = pod.log.history.publish('a', '1', '2')
  pod.log.answering = 'held'
  for (const cursor of [first, undefined]) {
    const client = pod.newClient()
    client.cursor = cursor
    expect(await open(pod, client)).toBe('')
    client.subscriber!.close('drain')
    expect(String(client.sink!.writes[0])).toBe(
      `retry: 777\nid: ${cursor ?? 'none'}\nevent: runnel.drain\ndata: {"retry":777}\n\n`,
    )
    expect(client.releasedSlots).toBe(1)
  }
  expect([pod.closed, pod.refused.length]).toEqual([[], 2])
})

test('a stream does not reach its maximum age while it waits for the log', async () => {
  using pod = new TestHub()
  pod.settings.maxAge = 1_000
  pod.log.answering = 'held'
  const client = pod.newClient()
  await open(pod, client)
  client.subscriber!.sweep(performance.now() + 5_000)
  expect(client.isOpen).toBe(true)
  pod.log.release()
  await passTurns(3)
  pod.log.release()
  await passTurns(3)
  expect(pod.opened).toHaveLength(1)
  client.subscriber!.sweep(performance.now() + 5_000)
  expect(client.isOpen).toBe(false)
})

test('a live stream stays open and heals once the log is back', async () => {
  using pod = new TestHub()
  const client = pod.newClient()
  await open(pod, client)
  pod.log.notifying = 'lost'
  pod.log.answering = 'failing'
  pod.log.history.publish('a', '1')
  pod.log.invalidate()
  await passTurns(3)
  pod.log.history.publish('a', '2')
  pod.log.notifying = 'at-once'
  pod.log.history.publish('a', '3')
  await passTurns(3)
  expect([client.isOpen, client.events]).toEqual([true, []])
  pod.log.answering = 'at-once'
  pod.log.invalidate()
  await passTurns(3)
  expect(client.events.map(({ data }) => data)).toEqual(['1', '2', '3'])
  expect(client.objections).toEqual([])
})

test('a failed read is repeated although nothing more is published', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  const client = pod.newClient()
  await open(pod, client)
  pod.log.notifying = 'lost'
  pod.log.answering = 'failing'
  pod.log.history.publish('a', '1')
  pod.log.invalidate()
  await passTurns(3)
  expect(client.events).toEqual([])
  pod.log.answering = 'at-once'
  clock.pass(1_000)
  await passTurns(3)
  expect(client.events.map(({ data }) => data)).toEqual(['1'])
})

test('a stream that is behind reads again once a second at most', async () => {
  using clock = holdClock()
  // Pages of one event.
  using pod = new TestHub(4_000)
  const [first] = pod.log.history.publish('a', '1', '2', '3')
  const client = pod.newClient()
  client.cursor = first
  client.isStuck = true
  await open(pod, client)
  pod.log.history.publish('a', '4')
  pod.log.answering = 'failing'
  client.isStuck = false
  await passTurns(8)
  const { length } = pod.log.reads
  for (let seconds = 0; seconds < 5; seconds++) {
    clock.pass(1_000)
    await passTurns(8)
  }
  expect(pod.log.reads).toHaveLength(length + 5)
  expect(client.isOpen).toBe(true)
  pod.log.answering = 'at-once'
  clock.pass(1_000)
  await passTurns(8)
  expect(client.events.map(({ data }) => data)).toEqual(['2', '3', '4'])
})

test('without notifications, a new client gets the events of the log, or is refused', async () => {
  using pod = new TestHub()
  const client = pod.newClient()
  await open(pod, client)
  pod.log.notifying = 'lost'
  pod.log.isSilent = true
  const [, top] = pod.log.history.publish('a', '1', '2')
  const late = pod.newClient()
  await open(pod, late)
  expect(late.cursor).toBe(top)
  pod.log.answering = 'failing'
  await expect(late.poll(pod.hub, 10)).rejects.toThrow(LogUnavailable)
})

test('polls and lookups reject, and release the tails that were opened for them', async () => {
  using clock = holdClock()
  using pod = new TestHub()
  pod.log.answering = 'failing'
  await expect(pod.newClient().poll(pod.hub, 10)).rejects.toThrow(LogUnavailable)
  await expect(pod.hub.locate(['a'], { from: 'latest' })).rejects.toThrow(LogUnavailable)
  clock.pass(10_000)
  expect(pod.hub.channels).toBe(0)
})
