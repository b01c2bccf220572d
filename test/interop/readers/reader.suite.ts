import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { EventStream } from '../../support/clients/event-stream.ts'
import { post, publishLines, publishText } from '../../support/clients/requests.ts'
import { eventually } from '../../support/eventually.ts'
import { beside, ROOMY } from '../../support/other-pods.ts'
import { FaultProxy } from '../../support/proxies/fault-proxy.ts'
import { ScriptedServer, sendStream } from '../../support/scripted-server.ts'
import { startTestService } from '../../support/service.ts'
import type { InteropClient } from '../interop-client.ts'
import { type PublishedEvent, Reading, TICK } from './reading.ts'

/** Published while a reader is away, with characters that a wrong charset would spoil. */
const EARLY = { event: TICK, data: 'early ü€🚀' }
const LATE = message('late')
const RETRY = { retry: '100ms' }

/** What the tests of all readers share. */
export interface Shared {
  /** Texts of the largest size that a service takes. */
  readonly largest: readonly string[]
  readonly redisUrl: string
}

/** What every reader must survive. `shared` is called by the tests, when it is there. */
export function testReaders(readers: readonly InteropClient[], shared: () => Shared): void {
  const cases = readers.map((reader) => ({ reader, name: reader.name }))

  // It has only the id of a refusing `runnel.drain`.
  test.concurrent.for(cases)(
    '$name moves from a pod that drains to another',
    async ({ reader, name }) => {
      const flags = { 'redis-url': shared().redisUrl }
      await using leaving = await startTestService(flags, beside(ROOMY))
      await using staying = await startTestService(flags)
      await using proxy = await FaultProxy.start(leaving.url)
      const channel = name.replaceAll(/[^\w.-]/g, '.')
      await post(`${leaving.adminUrl}/drain`, 'text/plain', '')
      await using reading = new Reading(reader, `${proxy.url}/stream/${channel}`)

      await reading.untilOwn('runnel.drain')
      await publish(staying.url, EARLY, channel)
      proxy.faults.target = { host: '127.0.0.1', port: Number(new URL(staying.url).port) }

      await eventually(() => expect(reading.published).toEqual([EARLY]))
      await publish(staying.url, LATE, channel)
      await eventually(() => expect(reading.published).toEqual([EARLY, LATE]))
      expect(reading.own('runnel.gap')).toEqual([])
    },
  )

  // It has only the id of `runnel.open`.
  test.concurrent.for(cases)(
    '$name resumes after it is shed before its first event',
    async (each) => {
      await using service = await startTestService({}, beside(ROOMY))
      await using reading = new Reading(each.reader, `${service.url}/stream/a`)
      await reading.untilOwn('runnel.open')

      await post(`${service.adminUrl}/shed`, 'application/json', '{"count":1,"over":0}')
      await reading.untilOwn('runnel.drain')
      await publish(service.url, EARLY)

      await eventually(() => expect(reading.published).toEqual([EARLY]))
      await publish(service.url, LATE)
      await eventually(() => expect(reading.published).toEqual([EARLY, LATE]))
      expect(reading.own('runnel.gap')).toEqual([])
    },
  )

  // It has only the id of `runnel.full`.
  test.concurrent.for(cases)('$name is refused by a full pod and comes back', async (each) => {
    await using service = await startTestService({ 'max-streams': '1' }, beside(ROOMY))
    await using occupant = await EventStream.open(`${service.url}/stream/other`)
    await occupant.event('runnel.open')
    await using reading = new Reading(each.reader, `${service.url}/stream/a`)

    await reading.untilOwn('runnel.full')
    await publish(service.url, EARLY)
    await occupant[Symbol.asyncDispose]()

    await eventually(() => expect(reading.published).toEqual([EARLY]))
    await publish(service.url, LATE)
    await eventually(() => expect(reading.published).toEqual([EARLY, LATE]))
    expect(reading.own('runnel.gap')).toEqual([])
  })

  test.concurrent.for(cases)('$name resumes after a cut within an event', async (each) => {
    const long = message('0123456789'.repeat(4000))
    await using service = await startTestService(RETRY)
    await using proxy = await FaultProxy.start(service.url)
    await using reading = new Reading(each.reader, `${proxy.url}/stream/a`)
    await reading.untilOwn('runnel.open')
    await publish(service.url, EARLY)
    await eventually(() => expect(reading.published).toEqual([EARLY]))

    const begin = proxy.bytes.replies
    proxy.faults.slice = 100
    await publish(service.url, long)
    await eventually(() => expect(proxy.bytes.replies).toBeGreaterThan(begin + 1000))
    expect(proxy.bytes.replies).toBeLessThan(begin + long.data.length)
    proxy.faults.slice = Number.POSITIVE_INFINITY
    proxy.cut()

    await publish(service.url, LATE)
    await eventually(() => expect(reading.published).toEqual([EARLY, long, LATE]))
    expect(reading.own('runnel.gap')).toEqual([])
  })

  // A service that asks for 30 s and gets all readers back after 1 s is overrun. An end may be orderly, or a cut.
  test.concurrent.for(cases)('$name comes back no sooner than `retry` told it', async (each) => {
    const retry = 1200
    const pauses: number[] = []
    const responses: ServerResponse[] = []
    let ended = 0
    await using server = await ScriptedServer.start((response, number) => {
      if (number > 0) pauses.push(performance.now() - ended)
      responses.push(response)
      sendStream(response, `retry: ${retry}\nid: ${number}\nevent: ${TICK}\ndata: ${number}\n\n`)
    })
    await using reading = new Reading(each.reader, server.url.href)

    for (let number = 0; number < 4; number++) {
      await eventually(() => expect(reading.published).toHaveLength(number + 1))
      ended = performance.now()
      if (number % 2 === 0) responses.at(-1)?.end()
      else responses.at(-1)?.destroy()
    }

    await eventually(() => expect(pauses).toHaveLength(4))
    // Timers count whole milliseconds, and may begin within one.
    for (const pause of pauses) expect(pause).toBeGreaterThan(retry - 2)
  })

  // The id of a gap is the new cursor: who does not keep it is told again at the next connection.
  test.concurrent.for(cases)('$name is told of a gap once', async (each) => {
    const first = message('1')
    const kept = [message('4'), message('5')]
    await using service = await startTestService({ ...RETRY, 'history-events': '2' })
    await using proxy = await FaultProxy.start(service.url)
    await using reading = new Reading(each.reader, `${proxy.url}/stream/a`)
    await reading.untilOwn('runnel.open')
    await publish(service.url, first)
    await eventually(() => expect(reading.published).toEqual([first]))

    proxy.faults.isRefusing = true
    proxy.cut()
    const [from, to] = await publishLines(service.url, 'a', [message('2'), message('3')])
    await publishLines(service.url, 'a', kept)
    proxy.faults.isRefusing = false
    await eventually(() => expect(reading.published).toEqual([first, ...kept]))

    proxy.cut()
    await publish(service.url, LATE)
    await eventually(() => expect(reading.published).toEqual([first, ...kept, LATE]))
    const gap = { channel: 'a', reason: 'trimmed', from, to, missed: 2 }
    expect(reading.own('runnel.gap')).toEqual([gap])
  })

  // A reader whose limit an event exceeds would come back to the same event for ever.
  test.concurrent.for(cases)('$name reads the largest events and goes on', async (each) => {
    await using service = await startTestService(RETRY)
    const several = `${service.url}/stream?channel=a&channel=b`
    await using reading = new Reading(each.reader, `${service.url}/stream/a`)
    await using ofEnvelopes = new Reading(each.reader, several)
    await reading.untilOwn('runnel.open')
    await ofEnvelopes.untilOwn('runnel.open')

    const expected = [...shared().largest.map(message), LATE]
    for (const event of expected) await publish(service.url, event)

    await eventually(() => expect(reading.published).toEqual(expected))
    await eventually(() => {
      const envelopes = ofEnvelopes.published.map(({ data }): unknown => JSON.parse(data))
      expect(envelopes).toMatchObject(expected)
    })
    expect(reading.own('runnel.open')).toHaveLength(1)
    expect(ofEnvelopes.own('runnel.open')).toHaveLength(1)
  })
}

async function publish(url: string, { event, data }: PublishedEvent, channel = 'a'): Promise<void> {
  await publishText(url, channel, data, { event })
}

function message(data: string): PublishedEvent {
  return { event: 'message', data }
}
