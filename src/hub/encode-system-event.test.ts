import { expect, test } from 'vitest'
import { passTurns, type HubClient } from '../../test/support/clients/hub-client.ts'
import { TestHub } from '../../test/support/test-hub.ts'

function newWrites({ sink }: HubClient, from: number): string[] {
  return (sink?.writes ?? []).slice(from).map(String)
}

test.for([
  ['drain', 'event: runnel.drain\ndata: {"retry":777}\n\n'],
  ['shed', 'event: runnel.drain\ndata: {"retry":777}\n\n'],
  ['age', 'event: runnel.expire\ndata: {"reason":"age"}\n\n'],
  [
    'fault',
    'event: runnel.fault\ndata: {"message":"the stream failed; it resumes on reconnect"}\n\n',
  ],
] as const)(
  'a stream that closes for %s gets a retry with its event, then the end',
  async ([reason, block]) => {
    using pod = new TestHub()
    const chunked = pod.newClient(['a'], 'chunked')
    chunked.open(pod.hub)
    const raw = pod.newClient()
    raw.open(pod.hub)
    await passTurns(3)
    for (const client of [chunked, raw]) {
      client.subscriber!.close(reason)
      client.subscriber!.close('drain')
      expect(client.sink!.ending).toBe('ended')
      expect(client.system.at(-1)?.event).toMatch(/^runnel\.(drain|expire|fault)$/)
    }
    expect(newWrites(raw, 1)).toEqual([`retry: 777\n${block}`])
    const body = `retry: 777\n${block}`
    expect(newWrites(chunked, 1)).toEqual([`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`])
    expect(pod.closed.map((close) => close.reason)).toEqual([reason, reason])
    expect(pod.sentAway).toEqual([reason, reason])
  },
)

test('events after the closing event are not written', async () => {
  using pod = new TestHub()
  const [client, other] = [pod.newClient(), pod.newClient()]
  for (const one of [client, other]) one.open(pod.hub)
  await passTurns(3)
  pod.log.history.publish('a', '1')
  client.subscriber!.close('drain')
  const { length } = client.sink!.writes
  await passTurns(3)
  expect(client.sink!.writes).toHaveLength(length)
  expect(pod.hub.delivered).toBe(1)
  client.open(pod.hub)
  await passTurns(3)
  expect(client.events.map(({ data }) => data)).toEqual(['1'])
})
