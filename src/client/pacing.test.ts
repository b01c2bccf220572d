/** When a client comes back, on a clock that stands still unless a test moves it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { DecodedEvent } from '../wire/decode.ts'
import type { Fetch } from './connection.ts'
import { follow, type ConnectionEnd } from './follow.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** What the service sends now, and what happens to it. */
interface Connection {
  readonly send: (text: string) => Promise<void>
  readonly end: () => Promise<void>
}

type Answer = () => Response

/** A client whose requests are answered one after the other; one without an answer is never answered. */
class Client implements AsyncDisposable {
  readonly events: DecodedEvent[] = []
  readonly ends: ConnectionEnd[] = []
  requests = 0
  readonly #ending = new AbortController()
  readonly #running: Promise<void>

  constructor(...answers: readonly Answer[]) {
    const fetch: Fetch = async (_, { signal }) => {
      const answer = answers[this.requests++]
      if (answer !== undefined) return abortable(answer(), signal)
      const { promise, reject } = Promise.withResolvers<never>()
      signal.addEventListener('abort', () => reject(signal.reason as Error))
      return promise
    }
    this.#running = this.#run(fetch)
  }

  async #run(fetch: Fetch): Promise<void> {
    const { signal } = this.#ending
    const url = new URL('http://service.example/stream/news')
    const onEnd = (end: ConnectionEnd) => this.ends.push(end)
    for await (const events of follow({ url, signal, fetch, onEnd })) this.events.push(...events)
  }

  get waits(): readonly number[] {
    return this.ends.map(({ wait }) => wait)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    await this.#running
  }
}

/** Lets so much time go by; 0 lets everything settle that needs none. */
async function pass(milliseconds: number): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  await vi.advanceTimersByTimeAsync(milliseconds)
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
}

function stream(): Connection & { answer: Answer } {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given
    },
  })
  return {
    answer: () => new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }),
    send: async (text) => {
      controller?.enqueue(new TextEncoder().encode(text))
      await pass(0)
    },
    end: async () => {
      controller?.close()
      await pass(0)
    },
  }
}

/** As `fetch` has it: the signal ends the body. */
function abortable(response: Response, signal: AbortSignal): Response {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  // The reader is told; the pipe itself fails with it.
  response.body?.pipeTo(writable, { signal }).catch(() => undefined)
  const { status, headers } = response
  return new Response(readable, { status, headers })
}

const unreachable: Answer = () => {
  throw new TypeError('fetch failed', { cause: new Error('refused') })
}

function refuse(body: string | ReadableStream, headers: Record<string, string> = {}): Answer {
  return () => new Response(body, { status: 503, headers })
}

const open = (retry: number, heartbeat = 15_000) =>
  `retry: ${retry}\nid: a-0\nevent: runnel.open\ndata: {"heartbeat":${heartbeat}}\n\n`

test.for(['runnel.full', 'runnel.drain', 'runnel.expire', 'runnel.fault'])(
  'after %s it waits as long as it was told, neither shorter nor longer',
  async (name) => {
    const first = stream()
    await using client = new Client(first.answer)
    await pass(0)
    await first.send(`${open(3_000)}retry: 700\nevent: ${name}\ndata: {}\n\n`)
    expect(client.waits).toEqual([700])

    await pass(699)
    expect(client.requests).toBe(1)
    await pass(1)
    expect(client.requests).toBe(2)
  },
)

test('after a cut it waits as long as the service scattered it', async () => {
  const first = stream()
  await using client = new Client(first.answer)
  await pass(0)
  await first.send(open(2_345))
  await first.end()
  expect(client.waits).toEqual([2_345])

  await pass(2_344)
  expect(client.requests).toBe(1)
  await pass(1)
  expect(client.requests).toBe(2)
})

test('while the service is away, waits double up to 30 s', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.999_999)
  await using client = new Client(...Array.from({ length: 7 }, () => unreachable))
  while (client.ends.length < 7) await pass(1_000)

  const seconds = client.waits.map((wait) => Math.round(wait / 1_000))
  // The first is what the contract has as `retry` until a service has said another.
  expect(seconds).toEqual([3, 6, 12, 24, 30, 30, 30])
})

test('while the service is away, waits are spread from nothing to their ceiling', async () => {
  vi.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValueOnce(0.5).mockReturnValue(0.25)
  await using client = new Client(unreachable, unreachable, unreachable, unreachable)
  while (client.ends.length < 4) await pass(1_000)

  expect(client.waits).toEqual([3_000, 0, 6_000, 6_000])
})

test('a stream that opens makes the next failure the first again', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.999_999)
  const second = stream()
  await using client = new Client(unreachable, unreachable, second.answer, unreachable)
  await pass(3_000)
  await pass(6_000)
  await second.send(open(1_000))
  await second.end()
  await pass(1_000)

  expect(client.waits.map(Math.round)).toEqual([3_000, 6_000, 1_000, 2_000])
})

test('a refusal that says when to come back is taken at its word', async () => {
  await using client = new Client(refuse('{}', { 'Retry-After': '7' }))
  await pass(6_999)
  expect(client.waits).toEqual([7_000])
  expect(client.requests).toBe(1)

  await pass(1)
  expect(client.requests).toBe(2)
})

test('a connection without heartbeats is left', async () => {
  const first = stream()
  await using client = new Client(first.answer)
  await pass(0)
  await first.send(open(100, 1_000))
  await pass(2_499)
  expect(client.ends).toEqual([])

  await pass(1)
  expect(client.ends).toMatchObject([
    { failure: { message: expect.stringContaining('nothing came for 3 s') }, lastEventId: 'a-0' },
  ])
  await pass(100)
  expect(client.requests).toBe(2)
})

test('a heartbeat keeps a connection', async () => {
  const first = stream()
  await using client = new Client(first.answer)
  await pass(0)
  await first.send(open(100, 1_000))
  for (let beat = 0; beat < 5; beat++) {
    await pass(2_000)
    await first.send(':\n')
  }

  expect(client.ends).toEqual([])
})

test('an answer that never comes is left', async () => {
  await using client = new Client()
  await pass(37_499)
  expect(client.ends).toEqual([])

  await pass(1)
  expect(client.ends).toMatchObject([{ failure: { isRetryable: true } }])
})

test('a refusal whose body never ends is left', async () => {
  await using client = new Client(refuse(new ReadableStream()))
  await pass(37_499)
  expect(client.ends).toEqual([])

  await pass(1)
  expect(client.ends).toMatchObject([{ failure: { isRetryable: true } }])
})
