/** Clients of all kinds, so that a release has something to tell. */
import { OPEN } from '../../src/wire/system-event-names.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { poll, publishLines, publishText } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { INGRESS } from './environment.ts'
import type { Release } from '../../rig/release/release.ts'

/** As much as one publish takes. */
const LINES = Array.from({ length: 4 }, () => ({ data: 'x'.repeat(48 * 1024) }))
/** More than the kernels, the ingress and the buffer of a stream hold for a client that reads nothing. */
const MOST_PUBLISHES = 400

/**
 * Opens `count` streams, publishes to them, and ends them all. Then one stream resumes, and one has a cursor that nobody
 * gave it.
 */
export async function useStreams(release: Release, count: number): Promise<void> {
  const queries = Array.from({ length: count }, () => '')
  const beginning = await withStreams(release, queries, async () => {
    await publishText(release.insideUrl, 'news', 'read')
  })
  for (const cursor of [beginning, 'unknown']) {
    // The slots of streams are free only once the ingress has ended them too.
    await eventually(async () => withStreams(release, [`?lastEventId=${cursor}`]))
  }
}

/** A poll that finds an event, and one that waits for some in vain. */
export async function usePolls({ insideUrl }: Release): Promise<void> {
  await publishText(insideUrl, 'news', 'polled')
  const { cursor } = await poll(insideUrl, '/poll/news?last=1')
  await poll(insideUrl, `/poll/news?wait=1&lastEventId=${cursor}`)
}

/** Keeps a client from reading until its stream is not given an event, which `hasDropped` tells. */
export async function stallClient(
  { host, insideUrl }: Release,
  hasDropped: () => Promise<boolean>,
): Promise<void> {
  await using client = await RawConnection.open(INGRESS.origin)
  client.send(`GET /stream/slow HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  await client.until('event: runnel.open')
  client.pause()
  for (let count = 0; !(await hasDropped()); count++) {
    if (count === MOST_PUBLISHES) throw new Error('expected a slow client to be noticed')
    await publishLines(insideUrl, 'slow', LINES)
  }
}

/** Opens a stream for each query, all but one of which may be refused. Resolves to the cursor at which one began. */
async function withStreams(
  { host }: Release,
  queries: readonly string[],
  use: () => Promise<void> = async () => {},
): Promise<string> {
  await using open = new AsyncDisposableStack()
  const streams: EventStream[] = []
  for (const query of queries) {
    const url = `${INGRESS.origin}/stream/news${query}`
    streams.push(open.use(await EventStream.open(url, { Host: host })))
  }
  await eventually(() => {
    if (streams.some(({ events }) => events.length === 0)) throw new Error('expected answers')
  })
  await use()
  const opened = streams.flatMap(({ events }) => events.filter(({ event }) => event === OPEN))
  const [first] = opened
  if (first === undefined) throw new Error('expected a stream that is not refused')
  return (JSON.parse(first.data) as { cursor: string }).cursor
}
