/** Pods of other versions on the same log, as in a rolling update: their notifications are read around. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NOTIFICATION_VERSION } from '../../src/log/redis/notification.ts'
import { accept, newEvents, type Accepted } from '../../src/log/suite/helpers.suite.ts'
import { channelKeys } from '../../src/redis/keys.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { publishText } from '../support/clients/requests.ts'
import { openRedisLog, type OpenRedisLog } from '../support/redis/open-redis-log.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { startTestService, type TestService } from '../support/service.ts'

/** So many that they outlast the test if each waits for the check of every few seconds. */
const APPENDS = 25

let server: RedisServer
let pod: TestService
/** Writes to the log as any pod does, and may notify nobody: the tests do that in its place. */
let writer: OpenRedisLog

beforeAll(async () => {
  server = await RedisServer.start()
  pod = await startTestService({ 'redis-url': server.url })
  await server.client.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all')
  writer = await openRedisLog(server.url.replace('//', '//app:secret@'))
  await server.client.call('ACL', 'SETUSER', 'app', '-spublish')
})

afterAll(async () => {
  await writer[Symbol.asyncDispose]()
  await pod[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

/** How a pod of another version may notify of an event that it has appended. */
const FORMS: Readonly<Record<string, (append: Accepted, data: string) => string>> = {
  'without a version': ({ epoch, first }, data) =>
    `${epoch} ${first} 1 2 7 ${data.length}\nmessage${data}`,
  'in a later version': ({ epoch, first }, data) =>
    `${String.fromCharCode(NOTIFICATION_VERSION + 1)}${epoch} ${first} 1 2 2 7 ${data.length}\nmessage${data}`,
  'cut short': ({ epoch, first }, data) =>
    `${String.fromCharCode(NOTIFICATION_VERSION)}${epoch} ${first} 1 2 2 7 ${data.length}\nmess`,
  'as a probe without a version': () => '?token',
  'with nothing': () => '',
}

test.for(Object.keys(FORMS))(
  'events that are notified of %s reach a stream one by one, each once',
  async (form, { task }) => {
    const channel = `lone-${task.id}`
    const { live } = channelKeys(channel, { prefix: 'runnel', isCluster: false, db: 0 })
    await using stream = await EventStream.open(`${pod.url}/stream/${channel}`)
    await stream.event('runnel.open')
    for (let index = 0; index < APPENDS; index++) {
      const data = `event ${index}`
      const append = await accept(writer.log, channel, newEvents(data))
      await server.client.spublish(live, FORMS[form]!(append, data))
      expect((await stream.take(index + 1)).at(-1)).toMatchObject({ data })
    }
    expect(stream.events).toHaveLength(APPENDS + 1)
  },
)

test('pods of several versions that write to one channel by turns: each event once, in order', async () => {
  const channel = 'mixed'
  const { live } = channelKeys(channel, { prefix: 'runnel', isCluster: false, db: 0 })
  const forms = Object.values(FORMS)
  await using stream = await EventStream.open(`${pod.url}/stream/${channel}`)
  await stream.event('runnel.open')
  const data = Array.from({ length: 500 }, (_, index) => `event ${index}`)
  for (const [index, text] of data.entries()) {
    if (index % 3 === 0) {
      await publishText(pod.url, channel, text)
      continue
    }
    const append = await accept(writer.log, channel, newEvents(text))
    await server.client.spublish(live, forms[index % forms.length]!(append, text))
  }
  const events = await stream.take(data.length)
  expect(events.map((event) => event.data)).toEqual(data)
  // Besides them the opening alone: no gap.
  expect(stream.events).toHaveLength(data.length + 1)
})
