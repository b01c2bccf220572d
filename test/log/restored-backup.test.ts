/** A log is restored from an older copy while pods serve: live and resuming clients lose nothing silently. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EventStream } from '../support/clients/event-stream.ts'
import { restoreChannel, saveChannel } from '../support/redis/channel-state.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { pollAtOnce, publishCount, publishText } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

let server: RedisServer
/** A pod that has seen all events, and one that has seen none. */
let pod: TestService
let anotherPod: TestService

beforeEach(async () => {
  server = await RedisServer.start()
  pod = await startTestService({ 'redis-url': server.url })
  anotherPod = await startTestService({ 'redis-url': server.url })
})

afterEach(async () => {
  await pod[Symbol.asyncDispose]()
  await anotherPod[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

/** The gap over the lost offsets 21 to 25 of an epoch. */
function lostTail(ids: readonly string[]): unknown {
  return { channel: 'a', reason: 'diverged', from: ids[0], to: ids.at(-1), missed: 5 }
}

test.for(['the pod that has seen more', 'another pod'])(
  '%s publishes: live and resuming clients get a gap over the lost events, and all others',
  async (publisher) => {
    const kept = await publishCount(pod.url, 'a', 20)
    const older = await saveChannel(server.client, 'a')
    await using live = await EventStream.open(`${pod.url}/stream/a`)
    await live.event('runnel.open')
    const lost = await publishCount(pod.url, 'a', 5)
    await live.take(5)
    await restoreChannel(server.client, 'a', older)

    const { url } = publisher === 'another pod' ? anotherPod : pod
    await publishText(url, 'a', 'anew')
    const gap = await live.event('runnel.gap')
    expect(JSON.parse(gap.data)).toEqual(lostTail(lost))
    expect((await live.take(6)).at(-1)).toMatchObject({ data: 'anew' })

    const away = await pollAtOnce(anotherPod.url, `/poll/a?lastEventId=${lost.at(-1)}`)
    expect(away.gaps).toEqual([expect.objectContaining(lostTail(lost))])
    expect(away.events.map(({ data }) => data)).toEqual(['anew'])
    const before = await pollAtOnce(anotherPod.url, `/poll/a?lastEventId=${kept.at(-1)}`)
    expect([before.gaps, before.events.map(({ data }) => data)]).toEqual([[], ['anew']])
  },
)

test('an open stream gets a gap when the server reloads an older snapshot', async () => {
  await publishCount(pod.url, 'a', 20)
  await server.client.save()
  await using live = await EventStream.open(`${pod.url}/stream/a`)
  await live.event('runnel.open')
  const lost = await publishCount(anotherPod.url, 'a', 5)
  await live.take(5)
  await server.client.call('DEBUG', 'RELOAD', 'NOSAVE')
  expect(JSON.parse((await live.event('runnel.gap')).data)).toEqual(lostTail(lost))
})
