/** A log that cannot be reached: newcomers are sent away with their place, streams stay. */
import { expect, test } from 'vitest'
import { passTurns, type HubClient } from '../../test/support/hub-client.ts'
import { holdClock, TestHub } from '../../test/support/test-hub.ts'
import { LogUnavailable } from '../log/event-log.ts'

async function open(test: TestHub, client: HubClient): Promise<string> {
  client.open(test.hub)
  await passTurns(3)
  return Buffer.concat(client.outlet!.writes).toString()
}

test('a newcomer is told runnel.full with the reason log, and has no place yet', async () => {
  using test = new TestHub()
  test.log.answering = 'failing'
  const client = test.newClient()
  expect(await open(test, client)).toBe(
    'retry: 777\n\nevent: runnel.full\ndata: {"reason":"log","retry":777,"poll":"/poll?undefined"}\n\n',
  )
  expect(client.outlet!.ending).toBe('ended')
  expect(client.cursor).toBeUndefined()
  expect(test.opened).toEqual([])
  expect(test.closed.map(({ reason }) => reason)).toEqual(['full'])
})

test('one who comes back keeps its place', async () => {
  using test = new TestHub()
  const [first] = test.log.history.publish('a', '1', '2')
  test.log.answering = 'failing'
  const client = test.newClient()
  client.cursor = first
  expect(await open(test, client)).toBe(
    `retry: 777\n\nid: ${first}\n\nevent: runnel.full\n` +
      `data: {"reason":"log","retry":777,"poll":"/poll?${first}"}\n\n`,
  )
  test.log.answering = 'at-once'
  await open(test, client)
  expect(client.events.map(({ data }) => data)).toEqual(['2'])
})

test('what is no cursor is not given back as one', async () => {
  using test = new TestHub()
  test.log.answering = 'failing'
  const client = test.newClient()
  client.cursor = 'foreign'
  expect(await open(test, client)).toMatch(/^retry: 777\n\nevent: runnel\.full\n/)
})

test('a live stream stays open and heals once the log is back', async () => {
  using test = new TestHub()
  const client = test.newClient()
  await open(test, client)
  test.log.notifying = 'lost'
  test.log.answering = 'failing'
  test.log.history.publish('a', '1')
  test.log.doubt()
  await passTurns(3)
  test.log.history.publish('a', '2')
  test.log.notifying = 'at-once'
  test.log.history.publish('a', '3')
  await passTurns(3)
  expect([client.isOpen, client.events]).toEqual([true, []])
  test.log.answering = 'at-once'
  test.log.doubt()
  await passTurns(3)
  expect(client.events.map(({ data }) => data)).toEqual(['1', '2', '3'])
  expect(client.objections).toEqual([])
})

test('a stream that is behind asks again every second, no more often', async () => {
  using clock = holdClock()
  using test = new TestHub()
  test.settings.historyEvents = 1
  const [first] = test.log.history.publish('a', '1', '2', '3')
  const client = test.newClient()
  client.cursor = first
  client.isStuck = true
  await open(test, client)
  test.log.history.publish('a', '4')
  test.log.answering = 'failing'
  client.isStuck = false
  await passTurns(3)
  const { length } = test.log.reads
  for (let seconds = 0; seconds < 5; seconds++) {
    clock.pass(1_000)
    await passTurns(3)
  }
  expect(test.log.reads).toHaveLength(length + 5)
  expect(client.isOpen).toBe(true)
  test.log.answering = 'at-once'
  clock.pass(1_000)
  await passTurns(3)
  expect(client.events.map(({ data }) => data)).toEqual(['2', '3', '4'])
})

test('polls and lookups reject, and what was opened for them is given back', async () => {
  using clock = holdClock()
  using test = new TestHub()
  test.log.answering = 'failing'
  await expect(test.newClient().poll(test.hub, 10)).rejects.toThrow(LogUnavailable)
  await expect(test.hub.locate(['a'], { from: 'latest' })).rejects.toThrow(LogUnavailable)
  clock.pass(10_000)
  expect(test.hub.channels).toBe(0)
})
