/** What the clock does to streams: heartbeats, the maximum age, and how they are sent away. */
import { expect, test } from 'vitest'
import { passTurns, type HubClient } from '../../test/support/hub-client.ts'
import { holdClock, TestHub } from '../../test/support/test-hub.ts'

const PASSING_STEP = 100

function newWrites({ outlet }: HubClient, from: number): string[] {
  return (outlet?.writes ?? []).slice(from).map(String)
}

/** Moves the clock in small steps, so that each round of the sweep gets its turn of the event loop. */
async function passTime(clock: { pass(milliseconds: number): void }, milliseconds: number) {
  for (let passed = 0; passed < milliseconds; passed += PASSING_STEP) {
    clock.pass(Math.min(PASSING_STEP, milliseconds - passed))
    await passTurns()
  }
}

async function openClient(test: TestHub, ping = false): Promise<HubClient> {
  const client = test.newClient()
  client.open(test.hub, 'latest', ping)
  await passTurns(3)
  return client
}

test('a heartbeat comes after its interval of silence, at most a tenth late, and repeats', async () => {
  using clock = holdClock()
  using test = new TestHub()
  test.settings.heartbeat = 2_000
  const [plain, pinged] = [await openClient(test), await openClient(test, true)]
  await passTime(clock, 1_900)
  expect([newWrites(plain, 1), newWrites(pinged, 1)]).toEqual([[], []])
  await passTime(clock, 400)
  expect(newWrites(plain, 1)).toEqual([':\n'])
  expect(newWrites(pinged, 1)).toEqual(['event: runnel.ping\ndata: {}\n\n'])
  await passTime(clock, 2_200)
  expect(newWrites(plain, 1)).toEqual([':\n', ':\n'])
})

test('a stream that is written to needs no heartbeat', async () => {
  using clock = holdClock()
  using test = new TestHub()
  test.settings.heartbeat = 2_000
  const client = await openClient(test)
  for (let round = 0; round < 5; round++) {
    await passTime(clock, 1_500)
    test.log.history.publish('a', String(round))
    await passTurns(2)
  }
  expect(newWrites(client, 1)).toHaveLength(5)
  expect(client.events).toHaveLength(5)
})

test('a socket with bytes pending gets no heartbeats on top of them', async () => {
  using clock = holdClock()
  using test = new TestHub()
  test.settings.heartbeat = 1_000
  const client = await openClient(test)
  client.isStuck = true
  test.log.history.publish('a', '1')
  await passTime(clock, 10_000)
  expect(newWrites(client, 1)).toHaveLength(1)
})

test('a stream whose place is still looked for gets heartbeats', async () => {
  using clock = holdClock()
  using test = new TestHub()
  test.settings.heartbeat = 1_000
  test.log.answering = 'held'
  const client = await openClient(test)
  await passTime(clock, 1_200)
  expect(newWrites(client, 0)).toEqual([':\n'])
})

test('a changed heartbeat holds for streams that are open already', async () => {
  using clock = holdClock()
  using test = new TestHub()
  const client = await openClient(test)
  test.settings.heartbeat = 1_000
  await passTime(clock, 3_000)
  expect(newWrites(client, 1).length).toBeGreaterThanOrEqual(1)
})

test('streams end at 80 to 100 % of the maximum age, spread over it, with runnel.expire', async () => {
  using clock = holdClock()
  using test = new TestHub()
  test.settings.maxAge = 100_000
  const clients = await Promise.all(Array.from({ length: 500 }, () => openClient(test)))
  await passTime(clock, 79_000)
  expect(test.closed).toEqual([])
  const counts: number[] = []
  for (let part = 0; part < 4; part++) {
    await passTime(clock, 5_000)
    counts.push(test.closed.length)
  }
  await passTime(clock, 3_000)
  expect(test.closed.map(({ reason }) => reason)).toEqual(Array(500).fill('age'))
  // A tenth of what each quarter would hold if ends were even: no timing, only that they are spread.
  const quarters = counts.map((count, index) => count - (counts[index - 1] ?? 0))
  expect(Math.min(...quarters)).toBeGreaterThan(12)
  for (const client of clients) {
    expect(newWrites(client, -1)).toEqual([
      'retry: 777\n\nevent: runnel.expire\ndata: {"reason":"age"}\n\n',
    ])
    expect(client.outlet!.ending).toBe('ended')
  }
})

test.for([
  ['drain', 'event: runnel.drain\ndata: {"retry":777}\n\n'],
  ['shed', 'event: runnel.drain\ndata: {"retry":777}\n\n'],
  ['age', 'event: runnel.expire\ndata: {"reason":"age"}\n\n'],
  [
    'fault',
    'event: runnel.fault\ndata: {"message":"the stream failed; it resumes on reconnect"}\n\n',
  ],
] as const)(
  'the farewell of %s is a retry and its event, then the end',
  async ([reason, block]) => {
    using test = new TestHub()
    const chunked = test.newClient(['a'], 'chunked')
    chunked.open(test.hub)
    const raw = await openClient(test)
    for (const client of [chunked, raw]) {
      client.subscriber!.close(reason)
      client.subscriber!.close('drain')
      expect(client.outlet!.ending).toBe('ended')
      expect(client.system.at(-1)?.event).toMatch(/^runnel\.(drain|expire|fault)$/)
    }
    expect(newWrites(raw, 1)).toEqual([`retry: 777\n\n${block}`])
    const body = `retry: 777\n\n${block}`
    expect(newWrites(chunked, 1)).toEqual([`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`])
    expect(test.closed.map((close) => close.reason)).toEqual([reason, reason])
  },
)

test('events published after a farewell are not written', async () => {
  using test = new TestHub()
  const client = await openClient(test)
  test.log.history.publish('a', '1')
  client.subscriber!.close('drain')
  const { length } = client.outlet!.writes
  await passTurns(3)
  expect(client.outlet!.writes).toHaveLength(length)
  client.open(test.hub)
  await passTurns(3)
  expect(client.events.map(({ data }) => data)).toEqual(['1'])
})

test('peers that the kernel found silent are cut, and no others', async () => {
  using test = new TestHub()
  const clients = [await openClient(test), await openClient(test)]
  Object.assign(clients[0]!.outlet!, { peer: '192.0.2.7:51234' })
  test.hub.cutVanished(new Set(['192.0.2.7:51234', '192.0.2.8:1']))
  expect(clients.map(({ outlet }) => outlet!.ending)).toEqual(['destroyed', undefined])
  expect(test.closed.map(({ reason }) => reason)).toEqual(['vanished'])
})
