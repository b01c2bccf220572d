import { expect, test } from 'vitest'
import { passTurns, type HubClient } from '../../test/support/clients/hub-client.ts'
import { holdClock, TestHub } from '../../test/support/test-hub.ts'

/** A stream that is behind, and needs a page that it has not got. */
async function openBehind(pod: TestHub): Promise<HubClient> {
  const [start] = pod.log.history.publish('a', '1', '2', '3')
  const client = pod.newClient()
  client.cursor = start
  client.isStuck = true
  client.open(pod.hub)
  await passTurns(3)
  return client
}

test('a socket that drains does not cut short the wait before a failed read is repeated', async () => {
  using clock = holdClock()
  // Pages of one event.
  using pod = new TestHub(4_000)
  const client = await openBehind(pod)
  pod.log.answering = 'failing'
  client.isStuck = false
  await passTurns(5)
  const reads = pod.log.reads.length
  client.subscriber!.onDrained()
  await passTurns(5)
  expect(pod.log.reads).toHaveLength(reads)
  clock.pass(1_000)
  await passTurns(5)
  expect(pod.log.reads).toHaveLength(reads + 1)
})

test('a stream that was closed while it was behind is sent nothing more', async () => {
  using pod = new TestHub()
  pod.log.history.publish('a', 'before')
  // Another stream, whose tail has the events in memory.
  pod.newClient().open(pod.hub)
  await passTurns(3)
  const client = await openBehind(pod)
  client.isStuck = false
  // Its next turn is due.
  await Promise.resolve()
  client.subscriber!.close('drain')
  const { sentBytes, delivered } = pod.hub
  await passTurns(5)
  expect(pod.hub).toMatchObject({ sentBytes, delivered })
})
