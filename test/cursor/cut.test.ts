import { expect, test } from 'vitest'
import { CheckedClient } from '../support/clients/checked-client.ts'
import { startTestService } from '../support/service.ts'
import { Publisher } from './publisher.ts'
import { readStream } from './read-stream.ts'

const HISTORY_EVENTS = 4
/** Connections at a time. */
const AT_ONCE = 32

/** Events that are encoded differently: a name, several lines, no text, characters of 2 to 4 bytes. */
const EVENTS = [
  { data: 'one' },
  { event: 'tick', data: 'two\nlines' },
  { data: '' },
  { data: 'caf\u{e9} \u{20ac} \u{1f680}' },
]

const selections = [
  { name: 'one channel', channels: ['a'] },
  { name: 'two channels', channels: ['a', 'b'] },
]

function streamUrl(url: string, channels: readonly string[], from = 'earliest'): string {
  if (channels.length === 1) return `${url}/stream/${channels[0]}?from=${from}`
  return `${url}/stream?from=${from}&${channels.map((channel) => `channel=${channel}`).join('&')}`
}

/** Calls `run` for each number up to `count`, some at a time. */
async function forEachUpTo(count: number, run: (number: number) => Promise<void>): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    while (next <= count) await run(next++)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

/** Feeds a client `count` bytes of a new stream, cuts it, and returns. */
async function readBytes(url: string, client: CheckedClient, count: number): Promise<void> {
  const take = client.connect()
  let left = count
  if (left === 0) return
  await readStream(url, client.cursor, (bytes) => {
    take(bytes.subarray(0, left))
    left -= bytes.length
    return left <= 0
  })
}

/** Feeds a client a new stream until it stands at these positions. Returns the bytes it took. */
async function readToTops(
  url: string,
  client: CheckedClient,
  tops: readonly string[],
): Promise<number> {
  const take = client.connect()
  let count = 0
  await readStream(url, client.cursor, (bytes) => {
    take(bytes)
    count += bytes.length
    return client.isAt(tops)
  })
  return count
}

test.for(selections)(
  'a replay of $name cut after any byte resumes without loss or double',
  async ({ channels }) => {
    await using service = await startTestService({ 'history-events': String(HISTORY_EVENTS) })
    const publisher = new Publisher(service.url, HISTORY_EVENTS)
    for (const channel of channels) {
      await publisher.begin(channel)
      await publisher.publish(channel, EVENTS)
    }
    const tops = channels.map((channel) => publisher.top(channel))
    const url = streamUrl(service.url, channels)
    const newClient = () => new CheckedClient(publisher.ledger, channels)

    const whole = newClient()
    const length = await readToTops(url, whole, tops)
    await forEachUpTo(length, async (cut) => {
      const client = newClient()
      await readBytes(url, client, cut)
      // After a cut at the very end no event is missing, and none would come.
      if (!client.isAt(tops)) await readToTops(url, client, tops)
      expect(client.events).toEqual(whole.events)
      expect(client.gaps).toEqual([])
    })
    expect(whole.events).toHaveLength(EVENTS.length * channels.length)
  },
)

test.for(selections)(
  'a stream of $name cut after any byte of its gaps gives each of them once',
  async ({ channels }) => {
    await using service = await startTestService({ 'history-events': '2' })
    const publisher = new Publisher(service.url, 2)
    const begin: string[] = []
    for (const channel of channels) {
      begin.push(await publisher.begin(channel))
      await publisher.publish(channel, EVENTS.slice(0, 2))
      await publisher.publish(channel, EVENTS.slice(2))
    }
    const tops = channels.map((channel) => publisher.top(channel))
    const url = streamUrl(service.url, channels)
    const newClient = () => {
      const client = new CheckedClient(publisher.ledger, channels)
      client.cursor = begin.join('.')
      return client
    }

    const whole = newClient()
    const length = await readToTops(url, whole, tops)
    await forEachUpTo(length, async (cut) => {
      const client = newClient()
      await readBytes(url, client, cut)
      if (!client.isAt(tops)) await readToTops(url, client, tops)
      expect(client.gaps).toEqual(whole.gaps)
      expect(client.events).toEqual(whole.events)
    })
    expect(whole.gaps).toMatchObject(
      channels.map((channel) => ({ channel, reason: 'trimmed', missed: 2 })),
    )
  },
)

test.for(selections)(
  'a live stream of $name cut after any byte resumes without loss or double',
  async ({ channels }) => {
    await using service = await startTestService({ 'history-events': String(HISTORY_EVENTS) })
    const publisher = new Publisher(service.url, HISTORY_EVENTS)
    // The same bytes in other channels: positions of new channels are equally long.
    const others = channels.map((channel) => `${channel.charCodeAt(0) % 10}`)
    const length = await countLiveBytes(service.url, publisher, others)

    for (const channel of channels) await publisher.begin(channel)
    // The client has a cursor of its own only from the primer on.
    const url = streamUrl(service.url, channels, 'latest')
    const streams = Array.from({ length }, (_, index) => openLive(url, index + 1))
    await Promise.all(streams.map(({ isOpen }) => isOpen))
    await publishLive(publisher, channels)
    await Promise.all(streams.map(({ isCut }) => isCut))

    const tops = channels.map((channel) => publisher.top(channel))
    await forEachUpTo(length - 1, async (index) => {
      const client = new CheckedClient(publisher.ledger, channels)
      client.connect()(streams[index]!.received())
      expect(client.isAt(tops)).toBe(index === length - 1)
      if (!client.isAt(tops)) await readToTops(url, client, tops)
      expect(client.events).toHaveLength(EVENTS.length * channels.length)
      expect(client.gaps).toEqual([])
    })
  },
)

const HEAD = /^[^]*?event: runnel\.open\n.*\n\n/

/** A stream that is cut as soon as `cut` bytes have come after its head. */
function openLive(url: string, cut: number) {
  const { promise: isOpen, resolve } = Promise.withResolvers<void>()
  let text = ''
  let headLength: number | undefined
  const isCut = readStream(url, undefined, (bytes) => {
    text += bytes.toString('latin1')
    headLength ??= HEAD.exec(text)?.[0].length
    if (headLength === undefined) return false
    resolve()
    return text.length >= headLength + cut
  })
  const received = () => Buffer.from(text.slice(0, (headLength ?? 0) + cut), 'latin1')
  return { isOpen, isCut, received }
}

async function publishLive(publisher: Publisher, channels: readonly string[]): Promise<void> {
  for (const channel of channels) {
    await publisher.publish(channel, EVENTS.slice(0, 2))
    await publisher.publish(channel, EVENTS.slice(2))
  }
}

/** Counts the bytes after the head of a stream of these channels. */
async function countLiveBytes(
  url: string,
  publisher: Publisher,
  channels: readonly string[],
): Promise<number> {
  for (const channel of channels) await publisher.begin(channel)
  await publishLive(publisher, channels)
  const client = new CheckedClient(publisher.ledger, channels)
  const take = client.connect()
  const tops = channels.map((channel) => publisher.top(channel))
  let text = ''
  await readStream(streamUrl(url, channels), undefined, (bytes) => {
    take(bytes)
    text += bytes.toString('latin1')
    return client.isAt(tops)
  })
  return text.replace(HEAD, '').length
}
