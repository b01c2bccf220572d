/** Appends without rights or memory: a refused append changes nothing, and a retry is safe. */
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saveChannel } from '../../../test/support/redis/channel-state.ts'
import { openRedisLog, type OpenRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { APPEND_SCRIPT } from './append-script.ts'
import { channelKeys, type ChannelKeys } from '../../redis/keys.ts'
import type { AppendResult, EventLog } from '../event-log.ts'
import { accept, newChannel, newEvents, readAll } from '../suite/helpers.suite.ts'

const ALL = ['clearselectors', 'allkeys', 'allchannels', '+@all']
/** All commands that the script calls. */
const COMMANDS = Array.from(APPEND_SCRIPT.commands, (command) => command.toLowerCase())
const BOUNDS = { historyEvents: 5, historyBytes: 2_000 }
const KEY = { key: 'k', fingerprint: 'f' }
const NEW = newEvents('new')

let server: RedisServer
/** The log of a user whose rights change. */
let own: OpenRedisLog
/** The log of a user with all rights, which knows no tops of the first one. */
let other: OpenRedisLog

beforeAll(async () => {
  server = await RedisServer.start()
  await server.client.call('ACL', 'SETUSER', 'app', 'on', '>secret', ...ALL)
  own = await openRedisLog(server.url.replace('//', '//app:secret@'), BOUNDS)
  other = await openRedisLog(server.url, BOUNDS)
})

afterAll(async () => {
  await own[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

function keysOf(channel: string): ChannelKeys {
  return channelKeys(channel, { prefix: 'runnel', isCluster: false, db: 0 })
}

async function fill(log: EventLog, channel: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await accept(log, channel, newEvents(`old ${index}`))
}

/** States of a channel before the append, which decide the commands that it takes. */
const SITUATIONS: Readonly<Record<string, (channel: string) => Promise<void>>> = {
  'an unwritten channel': async () => {},
  'an unwritten channel in a log without an incarnation': async (channel) => {
    await server.client.del(keysOf(channel).incarnation)
  },
  'a channel that was written': async (channel) => fill(own.log, channel, 2),
  'a history with as many events as it may have': async (channel) => fill(own.log, channel, 5),
  'a history with as many bytes as it may have': async (channel) => {
    await accept(own.log, channel, newEvents('x'.repeat(900)))
    await accept(own.log, channel, newEvents('x'.repeat(900)))
  },
  'a history whose events are too old': async (channel) => {
    await fill(own.log, channel, 2)
    const { meta, events } = keysOf(channel)
    const [[, fields]] = (await server.client.xrange(events, '-', '+')) as [[string, string[]]]
    await server.client.del(events)
    for (const id of ['1-0', '2-0'])
      await server.client.xadd(events, id, 't', 1, ...fields.slice(2))
    await server.client.hset(meta, 'due', 0)
  },
  'a server that was restarted': async (channel) => {
    await fill(own.log, channel, 2)
    await server.client.hset(keysOf(channel).meta, 'replid', 'another')
  },
  'a log that was put back': async (channel) => {
    await fill(own.log, channel, 1)
    const older = await server.client.dumpBuffer(keysOf(channel).meta)
    await fill(own.log, channel, 1)
    await server.client.restore(keysOf(channel).meta, 0, older, 'REPLACE')
  },
  'a stream that goes beyond the top': async (channel) => {
    await fill(own.log, channel, 2)
    await server.client.xadd(keysOf(channel).events, '*', 'foreign', '')
  },
  'a stream without metadata, in a log without an incarnation': async (channel) => {
    await server.client.del(keysOf(channel).incarnation)
    await server.client.xadd(keysOf(channel).events, '7-0', 'foreign', '')
  },
  'keys that are too old': async (channel) => {
    for (const key of ['1', '2']) {
      await accept(own.log, channel, newEvents('old'), { key, fingerprint: 'f' })
    }
    const { keys, keyExpiry } = keysOf(channel)
    for (const [name, stored] of Object.entries(await server.client.hgetall(keys))) {
      await server.client.hset(keys, name, stored.replace(/^\d+/, '1'))
      await server.client.zadd(keyExpiry, 1, name)
    }
  },
  'a key that was used': async (channel) => {
    await accept(own.log, channel, NEW, KEY)
    // A repeated key extends their time to live, which must be visible.
    const { keys, keyExpiry } = keysOf(channel)
    for (const name of [keys, keyExpiry]) await server.client.pexpire(name, 60_000)
  },
}

/** `rules` take rights away; `memory` stands for a server that has none. */
async function appendWithout(
  rules: readonly string[],
  channel: string,
  key: typeof KEY | undefined,
): Promise<AppendResult | undefined> {
  const rights = rules.filter((rule) => rule !== 'memory')
  if (rights.length < rules.length) await server.client.config('SET', 'maxmemory', '1')
  if (rights.length > 0) await server.client.call('ACL', 'SETUSER', 'app', ...rights)
  try {
    const result = await own.log.append(channel, NEW, key)
    return result.kind === 'accepted' ? result : undefined
  } catch {
    return undefined
  } finally {
    await server.client.call('ACL', 'SETUSER', 'app', ...ALL)
    await server.client.config('SET', 'maxmemory', '0')
  }
}

/** The keys that an append may write. */
async function stateOf(channel: string): Promise<unknown> {
  const incarnation = await server.client.get(keysOf(channel).incarnation)
  return [incarnation, await saveChannel(server.client, channel)]
}

async function countNew(channel: string): Promise<number> {
  const { events } = await readAll(other.log, channel)
  return events.filter(({ data }) => data === 'new').length
}

/** Includes entries that reads leave out; unlike a read, it begins no incarnation of the log. */
async function countStored(channel: string): Promise<number> {
  const entries = await server.client.xrange(keysOf(channel).events, '-', '+')
  return entries.filter(([, fields]) => fields.at(-1) === 'new').length
}

/** Takes rights away and gives them back, twice, then tries again with all of them. Returns the faults. */
async function findFaults(
  rules: readonly string[],
  channel: string,
  key: typeof KEY | undefined,
): Promise<string[]> {
  const faults: string[] = []
  const without = `without ${rules.join(' ')}`
  let accepted = await countStored(channel)
  for (let attempt = 0; attempt < 2; attempt++) {
    const before = await stateOf(channel)
    const result = await appendWithout(rules, channel, key)
    const isUnchanged = isDeepStrictEqual(await stateOf(channel), before)
    if (result === undefined && !isUnchanged) faults.push(`${without}: refused and changed`)
    if (result?.kind === 'accepted' && !result.repeated) accepted++
    if ((await countStored(channel)) !== accepted) faults.push(`${without}: lost or doubled`)
  }
  const retried = await accept(own.log, channel, NEW, key)
  if (!retried.repeated) accepted++
  const inLog = await countNew(channel)
  if (inLog !== accepted || (key !== undefined && inLog !== 1)) faults.push(`${without}: ${inLog}`)
  return faults
}

const SINGLES = ['memory', ...COMMANDS.map((command) => `-${command}`)]
const PAIRS = SINGLES.flatMap((one, index) => SINGLES.slice(index + 1).map((more) => [one, more]))

test.for(Object.keys(SITUATIONS))('%s: a refused append changes nothing', async (situation) => {
  for (const rules of [...SINGLES.map((rule) => [rule]), ...PAIRS]) {
    for (const key of [undefined, KEY]) {
      const channel = newChannel()
      await SITUATIONS[situation]!(channel)
      expect(await findFaults(rules, channel, key)).toEqual([])
    }
  }
})

/** Rules that take away rights to one of a channel's keys: all, those to write, or those of one command. */
function rulesOfKeys(channel: string): (readonly string[])[] {
  const { meta, events, incarnation, keys, keyExpiry } = keysOf(channel)
  const all = [meta, events, incarnation, keys, keyExpiry]
  return all.flatMap((missing) => {
    const others = all.filter((key) => key !== missing).map((key) => `~${key}`)
    return [
      ['resetkeys', ...others],
      ['resetkeys', ...others, `%R~${missing}`],
      ...COMMANDS.map((command) => [`-${command}`, `(+${command} ${others.join(' ')})`]),
    ]
  })
}

test.for(Object.keys(SITUATIONS))('%s: nor without rights to a single key', async (situation) => {
  const { length } = rulesOfKeys('any')
  for (let index = 0; index < length; index++) {
    for (const key of [undefined, KEY]) {
      const channel = newChannel()
      await SITUATIONS[situation]!(channel)
      expect(await findFaults(rulesOfKeys(channel)[index]!, channel, key)).toEqual([])
    }
  }
})

test.for(['resetchannels', '-spublish'])(
  'with %s no notification is sent, and an accepted event is in the log once',
  async (rule) => {
    const channel = newChannel()
    expect(await appendWithout([rule], channel, KEY)).toMatchObject({ first: 1, repeated: false })
    expect(await accept(own.log, channel, NEW, KEY)).toMatchObject({ first: 1, repeated: true })
    expect(await countNew(channel)).toBe(1)
  },
)

test.for(['pexpire', 'xtrim', 'zrangebyscore', 'hset', 'zadd'])(
  'five publishes under one key without %s are one event, or none until it is back',
  async (command) => {
    const channel = newChannel()
    await fill(own.log, channel, 5)
    for (let attempt = 0; attempt < 5; attempt++) {
      await appendWithout([`-${command}`], channel, KEY)
      expect(await countNew(channel)).toBeLessThanOrEqual(1)
    }
    await accept(own.log, channel, NEW, KEY)
    expect(await countNew(channel)).toBe(1)
    await fill(own.log, channel, 1)
  },
)
