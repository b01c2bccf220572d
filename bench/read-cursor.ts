import type { Address } from '../loadtest/driver/commands.ts'
import { DIALECTS } from '../loadtest/driver/dialects.ts'
import { EventStreamDecoder, type DecodedEvent } from '../src/wire/decode.ts'
import { OPEN } from '../src/wire/system-event-names.ts'

/** Milliseconds. */
const LIMIT = 30_000

/** Publishes an event, and resolves to the id with which a subscriber got it. */
export async function readCursor(address: Address, channel: string): Promise<string> {
  const { url, publishUrl, headers, publishHeaders, dialect: name } = address
  const dialect = DIALECTS[name]
  const stopped = new AbortController()
  const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(LIMIT)])
  try {
    const path = dialect.streamPath(channel, 'latest')
    const accept = { Accept: 'text/event-stream' }
    const stream = await fetch(url + path, { headers: { ...headers, ...accept }, signal })
    const events = readEvents(stream.body!)
    // Its head comes before it has a position, and an event between the two would not be its own.
    if (dialect.isRunnel) await readUntil(events, OPEN)
    const publish = dialect.publish(channel, 'the event before the backlog')
    const accepted = await fetch(publishUrl + publish.path, {
      method: publish.method,
      headers: { ...headers, ...publishHeaders, ...publish.headers },
      body: publish.body,
      signal,
    })
    if (!accepted.ok) throw new Error(`expected a publish to be accepted, got ${accepted.status}`)
    const { id } = await readUntil(events, 'message')
    if (id === '') throw new Error('expected an event with an id, got one without')
    return id
  } finally {
    stopped.abort()
  }
}

async function readUntil(events: AsyncGenerator<DecodedEvent>, name: string) {
  for (;;) {
    const { value, done } = await events.next()
    if (done === true) throw new Error(`expected an event ${name}, got the end of the stream`)
    if (value.event === name) return value
  }
}

async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<DecodedEvent> {
  const events: DecodedEvent[] = []
  const decoder = new EventStreamDecoder({ onEvent: (event) => void events.push(event) })
  for await (const chunk of body) {
    decoder.push(chunk)
    yield* events.splice(0)
  }
}
