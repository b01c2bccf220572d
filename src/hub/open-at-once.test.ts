/** Streams that find all they need in memory. */
import { expect, test } from 'vitest'
import { passTurns, type HubClient } from '../../test/support/clients/hub-client.ts'
import { TestHub } from '../../test/support/test-hub.ts'

/** A hub whose channel `a` is open, with events. */
async function openHub(): Promise<{ pod: TestHub; first: string; top: string }> {
  const pod = new TestHub()
  const [first] = pod.log.history.publish('a', '1', '2', '3')
  pod.newClient().open(pod.hub)
  await passTurns(3)
  return { pod, first: first!, top: pod.log.history.top('a') }
}

function blocksOf({ sink }: HubClient): readonly string[] {
  return sink!.writes.map(String)
}

test('a stream of an open channel has its first block when it is made, and is live', async () => {
  const { pod, top } = await openHub()
  using _ = pod
  const client = pod.newClient()
  client.open(pod.hub)
  expect(blocksOf(client)).toEqual([expect.stringContaining(`id: ${top}\nevent: runnel.open\n`)])
  expect(pod.opened.at(-1)).toMatchObject({ stream: client.subscriber, resume: 'none' })
  pod.log.history.publish('a', '4')
  await passTurns(2)
  expect(client.events.map(({ data }) => data)).toEqual(['4'])
})

test('a stream whose events are in memory opens at once, one whose events must be read does not', async () => {
  const { pod, first } = await openHub()
  using _ = pod
  const clients = [pod.newClient(), pod.newClient()] as const
  for (const [index, client] of clients.entries()) {
    client.cursor = first
    client.open(pod.hub)
    expect(blocksOf(client)).toHaveLength(index)
    await passTurns(5)
    expect(client.events.map(({ data }) => data)).toEqual(['2', '3'])
  }
  expect(pod.opened.map(({ resume }) => resume)).toEqual(['none', 'resumed', 'resumed'])
})

test('a gap stands in the first write, before the opening', async () => {
  const { pod, top } = await openHub()
  using _ = pod
  const client = pod.newClient()
  client.cursor = 'foreign'
  client.open(pod.hub)
  expect(blocksOf(client)).toEqual([
    expect.stringMatching(
      new RegExp(
        `^id: ${top}\\nevent: runnel\\.gap\\ndata: .*\\n\\nretry: .*\\nid: ${top}\\nevent: runnel\\.open\\n`,
      ),
    ),
  ])
})

test('a stream waits where only the log can tell where the channel stands', async () => {
  const causes: ((pod: TestHub, client: HubClient) => void)[] = [
    ({ log }) => (log.isSilent = true),
    // Another process may have delivered events that this one knows nothing of yet.
    (_, client) => (client.cursor = 'ep000001-7'),
    (_, client) => (client.cursor = 'ep000009-1'),
    ({ log }) => {
      log.answering = 'held'
      log.invalidate()
    },
  ]
  for (const cause of causes) {
    const { pod } = await openHub()
    using _ = pod
    const client = pod.newClient()
    cause(pod, client)
    client.open(pod.hub)
    expect(blocksOf(client)).toEqual([])
    pod.log.release()
    await passTurns(3)
    expect(blocksOf(client)[0]).toContain('event: runnel.open\n')
  }
})

test('a stream of a channel that was never written waits for the log', async () => {
  using pod = new TestHub()
  for (const writes of [0, 0]) {
    const client = pod.newClient()
    client.open(pod.hub)
    expect(blocksOf(client)).toHaveLength(writes)
    await passTurns(3)
    expect(blocksOf(client)).toHaveLength(1)
  }
})
