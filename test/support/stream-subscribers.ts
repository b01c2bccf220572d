/** Stream subscribers of the load test, and what a server sends them. */
import { onTestFinished } from 'vitest'
import type { DialectName, Reading } from '../../loadtest/driver/commands.ts'
import { resolveServer } from '../../loadtest/driver/server.ts'
import { SourceAddresses } from '../../loadtest/driver/source-addresses.ts'
import { StreamSubscriber } from '../../loadtest/driver/stream-subscriber.ts'
import { SubscriberRecord } from './subscriber-record.ts'

export const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n'
export const STREAM = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`
export const LAST_CHUNK = '0\r\n\r\n'

export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}

export function event(offset: number): string {
  return `id: aaaaaaaa-${offset}\ndata: ${offset}\n\n`
}

/** The first event of a stream, in a chunk. */
export function open({ retry = 10, offset = 0, heartbeat = 15_000 } = {}): string {
  const data = JSON.stringify({ stream: 's', cursor: `aaaaaaaa-${offset}`, heartbeat })
  return chunk(`retry: ${retry}\nid: aaaaaaaa-${offset}\nevent: runnel.open\ndata: ${data}\n\n`)
}

/** What a record has of a connection that opened. */
export const OPENED: readonly string[] = ['connecting', 'answered', 'opened']

/** Counts the addresses that are taken. */
class CountedAddresses extends SourceAddresses {
  taken = 0

  override take(target: string): string | undefined {
    this.taken++
    return super.take(target)
  }

  override release(address: string | undefined): void {
    if (address !== undefined) this.taken--
    super.release(address)
  }
}

export interface StartOptions {
  readonly dialect?: DialectName
  readonly reading?: Reading
  readonly record?: SubscriberRecord
}

/** A started subscriber, closed at the end of the test. */
export async function subscribe(url: string, options: StartOptions = {}) {
  const {
    dialect = 'runnel',
    reading = { kind: 'at-once' },
    record = new SubscriberRecord(),
  } = options
  const headers = { 'X-Tenant': 'a' }
  const address = { dialect, url, publishUrl: url, headers, publishHeaders: {}, connectTo: [] }
  const sourceAddresses = new CountedAddresses(0)
  const server = { ...(await resolveServer(address, 0)), sourceAddresses }
  const start = { server, channel: 'news', from: 'latest', cursor: '', reading } as const
  const subscriber = new StreamSubscriber(start, record)
  onTestFinished(() => subscriber.close())
  return { subscriber, record, sourceAddresses, started: subscriber.start() }
}
