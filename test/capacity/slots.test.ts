/** Slots are given back by their holders: these services have no observers. */
import { expect, test } from 'vitest'
import { LocalFleet } from '../../src/capacity/local-fleet.ts'
import { openLogAndFleet } from '../../src/service/open-log-and-fleet.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { poll, post, publishText, readProblem } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { HttpService } from '../support/http-service.ts'
import { ScriptedLog } from '../support/scripted-log.ts'
import { startTestService, type TestService } from '../support/service.ts'

const NOBODY = [{}]

async function untilFree({ snapshot }: TestService): Promise<void> {
  await eventually(() => expect(snapshot()).toMatchObject({ subscribers: 0, polls: 0 }))
}

/** Opens a stream and returns the name of its first event. */
async function firstEvent(url: string): Promise<string | undefined> {
  await using stream = await EventStream.open(`${url}/stream/a`)
  return stream.until(() => stream.events[0]?.event, 'an event')
}

test('as many streams as the limit come and go, and as many can open again', async () => {
  await using service = await startTestService({ 'max-streams': '3' }, undefined, NOBODY)
  for (let round = 0; round < 3; round++) {
    await using streams = new AsyncDisposableStack()
    for (let count = 0; count < 3; count++) {
      const stream = streams.use(await EventStream.open(`${service.url}/stream/a`))
      await stream.event('runnel.open')
    }
    expect(service.snapshot().subscribers).toBe(3)
    expect(await firstEvent(service.url)).toBe('runnel.full')
    await streams.disposeAsync()
    await untilFree(service)
  }
})

test('a stream that cannot be made gives back its slot, and its connection ends', async () => {
  await using service = await HttpService.start({ slots: 1 })
  const { settings } = service.test
  let error: Error | undefined = new Error('a setting cannot be read')
  Object.defineProperty(settings, 'maxAge', {
    get: () => {
      if (error !== undefined) throw error
      return 3_600_000
    },
  })
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/a'))
  await connection.untilEnd()
  expect(service.service.admission.streams).toBe(0)

  error = undefined
  expect(await firstEvent(service.url)).toBe('runnel.open')
})

test('streams that are shed, too old or cut by noise give back their slots', async () => {
  await using service = await startTestService(
    { 'max-streams': '1', 'max-age': '1s', heartbeat: '50ms' },
    undefined,
    NOBODY,
  )
  const endings = [
    async () => service.drain.shed(1, 0),
    async () => undefined,
    async (connection: RawConnection) => connection.send('x'.repeat(4_096 + 1)),
  ]
  for (const end of endings) {
    await using connection = await RawConnection.open(service.url)
    connection.send(formatRequest('/stream/a'))
    await connection.until('runnel.open')
    expect(service.snapshot().subscribers).toBe(1)
    await end(connection)
    await connection.untilEnd()
    await untilFree(service)
  }
})

test('polls and publishes give back their slots after any answer', async () => {
  const limits = { 'max-polls': '1', 'max-publishes': '1' }
  await using service = await startTestService(limits, undefined, NOBODY)
  for (let round = 0; round < 3; round++) {
    const id = await publishText(service.url, 'a', 'x')
    expect((await post(`${service.url}/publish/a`, 'application/json', '{')).status).toBe(400)
    expect((await poll(service.url, '/poll/a?from=earliest')).cursor).toBe(id)
    expect((await poll(service.url, `/poll/a?lastEventId=${id}&wait=0`)).events).toEqual([])
    await untilFree(service)
  }
})

test('HEAD takes no slot', async () => {
  const limits = { 'max-streams': '1', 'max-polls': '1' }
  await using service = await startTestService(limits, undefined, NOBODY)
  for (let round = 0; round < 3; round++) {
    for (const path of ['/stream/a', '/poll/a']) {
      const { status } = await exchange(service.url, formatRequest(path, { method: 'HEAD' }))
      expect(status).toBe(200)
    }
  }
  expect(service.snapshot()).toMatchObject({ subscribers: 0, polls: 0 })
  expect(await firstEvent(service.url)).toBe('runnel.open')
})

test.for([
  [200, 'event: runnel.full', {}],
  [503, 'application/problem+json', { Prefer: 'status' }],
] as const)(
  'a stream whose log goes away while it opens is answered %i and gives back its slot',
  async ([status, wanted, headers]) => {
    const log = new ScriptedLog()
    const open = async () => ({ log, fleet: new LocalFleet(), close: async () => log.close() })
    await using service = await startTestService({ 'max-streams': '1' }, open, NOBODY)
    log.answering = 'held'
    const preference = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    const asked = exchange(service.url, formatRequest('/stream/a', { headers: preference }))
    await eventually(() => expect(log.heldCalls).toBeGreaterThan(0))
    expect(service.snapshot().subscribers).toBe(1)
    log.answering = 'failing'
    log.release()
    const answer = await asked
    expect([answer.status, answer.head + answer.body]).toEqual([
      status,
      expect.stringContaining(wanted),
    ])
    await untilFree(service)
  },
)

test('a poll or publish whose log goes away gives back its slot', async () => {
  const log = new ScriptedLog()
  const open = async () => ({ log, fleet: new LocalFleet(), close: async () => log.close() })
  const limits = { 'max-polls': '1', 'max-publishes': '1' }
  await using service = await startTestService(limits, open, NOBODY)
  log.answering = 'failing'
  for (let round = 0; round < 3; round++) {
    const polled = await readProblem(await fetch(`${service.url}/poll/a`))
    const published = await readProblem(await post(`${service.url}/publish/a`, 'text/plain', 'x'))
    for (const { status, detail } of [polled, published]) {
      expect([status, detail]).toEqual([503, expect.stringContaining('log')])
    }
    await untilFree(service)
  }
})

/** A fleet that holds admissions until the test releases them. */
class HeldFleet extends LocalFleet {
  readonly gate = Promise.withResolvers<void>()
  asked = 0

  override async admit(client: string, limit: number): Promise<boolean> {
    this.asked++
    await this.gate.promise
    return super.admit(client, limit)
  }
}

async function startHeld(fleet: HeldFleet): Promise<TestService> {
  const flags = { 'max-streams': '1', 'max-per-address': '1' }
  const open: typeof openLogAndFleet = async (...args) => ({
    ...(await openLogAndFleet(...args)),
    fleet,
  })
  return startTestService(flags, open, NOBODY)
}

test('a client that leaves before its stream has the connection gives back its slot', async () => {
  const fleet = new HeldFleet()
  await using service = await startHeld(fleet)
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/a'))
  await eventually(() => expect(fleet.asked).toBe(1))
  expect(service.snapshot().subscribers).toBe(1)
  connection.reset()
  // Once a later connection is answered, the reset before it has been seen.
  await (await fetch(`${service.url}/health/live`)).text()
  fleet.gate.resolve()
  await untilFree(service)
  expect(await firstEvent(service.url)).toBe('runnel.open')
})

test('a drain that begins before a stream has the connection refuses it and takes back its slot', async () => {
  const fleet = new HeldFleet()
  await using service = await startHeld(fleet)
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/a'))
  await eventually(() => expect(fleet.asked).toBe(1))
  await service.drain.begin()
  fleet.gate.resolve()
  const text = await connection.untilEnd()
  expect(text).toContain('event: runnel.drain')
  expect(text).not.toContain('runnel.open')
  await untilFree(service)
})
