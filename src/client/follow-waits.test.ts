/** The waits between the connections of a client, with a fake clock. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Random } from '../lib/jitter.ts'
import type { DecodedEvent } from '../wire/decode.ts'
import type { Fetch } from './fetch.ts'
import { follow, type ConnectionEnd } from './follow.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
})

/** The server's end of a connection. */
interface Connection {
  readonly send: (text: string) => Promise<void>
  readonly end: () => Promise<void>
}

type Answer = () => Response

/** Draws these numbers in order, the last of them again and again. */
function drawing(...values: readonly number[]): Random {
  let count = 0
  return () => values[Math.min(count++, values.length - 1)]!
}

/** A client whose requests get the given answers in order, and then none. */
class Client implements AsyncDisposable {
  readonly events: DecodedEvent[] = []
  readonly ends: ConnectionEnd[] = []
  requests = 0
  readonly #ending = new AbortController()
  readonly #running: Promise<void>

  constructor(random: Random, ...answers: readonly Answer[]) {
    const fetch: Fetch = async (_, { signal }) => {
      const answer = answers[this.requests++]
      if (answer !== undefined) return abortable(answer(), signal)
      const { promise, reject } = Promise.withResolvers<never>()
      signal.addEventListener('abort', () => reject(signal.reason as Error))
      return promise
    }
    this.#running = this.#run(fetch, random)
  }

  async #run(fetch: Fetch, random: Random): Promise<void> {
    const { signal } = this.#ending
    const url = new URL('http://service.example/stream/news')
    const onEnd = (end: ConnectionEnd) => this.ends.push(end)
    for await (const events of follow({ url, signal, fetch, random, onEnd }))
      this.events.push(...events)
  }

  get waits(): readonly number[] {
    return this.ends.map(({ wait }) => wait)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    await this.#running
  }
}

/** Advances the fake clock; 0 only runs pending promises. */
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

/** Ends the body with the signal, as `fetch` does. */
function abortable(response: Response, signal: AbortSignal): Response {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  // The reader gets the error; the promise of the pipe rejects with the same.
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
  'after %s it waits exactly the retry of the service',
  async (name) => {
    const first = stream()
    await using client = new Client(Math.random, first.answer)
    await pass(0)
    await first.send(`${open(3_000)}retry: 700\nevent: ${name}\ndata: {}\n\n`)
    expect(client.waits).toEqual([700])

    await pass(699)
    expect(client.requests).toBe(1)
    await pass(1)
    expect(client.requests).toBe(2)
  },
)

test('after a cut it waits exactly the scattered retry of the service', async () => {
  const first = stream()
  await using client = new Client(Math.random, first.answer)
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
  await using client = new Client(
    drawing(0.5, 0.999_999),
    ...Array.from({ length: 7 }, () => unreachable),
  )
  while (client.ends.length < 7) await pass(1_000)

  const seconds = client.waits.map((wait) => Math.round(wait / 1_000))
  // The first wait is the default `retry`, used until a service has sent another.
  expect(seconds).toEqual([3, 6, 12, 24, 30, 30, 30])
})

test('while the service is away, waits are spread from `retry` to their ceiling', async () => {
  await using client = new Client(
    drawing(0.5, 0, 0.5, 0.25),
    unreachable,
    unreachable,
    unreachable,
    unreachable,
  )
  while (client.ends.length < 4) await pass(1_000)

  expect(client.waits).toEqual([3_000, 3_000, 6_000, 6_000])
})

test('clients that never reached a service do not come back together', async () => {
  for (const [value, wait] of [
    [0, 1_500],
    [0.25, 2_250],
    [0.75, 3_750],
  ] as const) {
    await using client = new Client(drawing(value), unreachable)
    await pass(0)
    expect(client.waits).toEqual([wait])
  }
})

test('however often it fails, it waits at least as long as the service asked for', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60_000 }),
      fc.nat({ max: 6 }),
      async (retry, failures) => {
        const first = stream()
        const answers = Array.from({ length: failures }, () => unreachable)
        await using client = new Client(Math.random, first.answer, ...answers)
        await pass(0)
        await first.send(`retry: ${retry}\nevent: runnel.full\ndata: {}\n\n`)
        while (client.ends.length <= failures) await pass(60_000)
        const [told, ...waits] = client.waits
        expect(told).toBe(retry)
        for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(retry)
      },
    ),
    { numRuns: 25 },
  )
})

test('an open stream resets the number of failures', async () => {
  const second = stream()
  await using client = new Client(
    drawing(0.5, 0.999_999),
    unreachable,
    unreachable,
    second.answer,
    unreachable,
  )
  await pass(3_000)
  await pass(6_000)
  await second.send(open(1_000))
  await second.end()
  await pass(1_000)

  expect(client.waits.map(Math.round)).toEqual([3_000, 6_000, 1_000, 2_000])
})

test('after a refusal with Retry-After it waits that long', async () => {
  await using client = new Client(Math.random, refuse('{}', { 'Retry-After': '7' }))
  await pass(6_999)
  expect(client.waits).toEqual([7_000])
  expect(client.requests).toBe(1)

  await pass(1)
  expect(client.requests).toBe(2)
})

test('a connection without heartbeats is closed', async () => {
  const first = stream()
  await using client = new Client(Math.random, first.answer)
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
  await using client = new Client(Math.random, first.answer)
  await pass(0)
  await first.send(open(100, 1_000))
  for (let beat = 0; beat < 5; beat++) {
    await pass(2_000)
    await first.send(':\n')
  }

  expect(client.ends).toEqual([])
})

test('a request without an answer is given up', async () => {
  await using client = new Client(Math.random)
  await pass(37_499)
  expect(client.ends).toEqual([])

  await pass(1)
  expect(client.ends).toMatchObject([{ failure: { isRetryable: true } }])
})

test('a refusal with an endless body is given up', async () => {
  await using client = new Client(Math.random, refuse(new ReadableStream()))
  await pass(37_499)
  expect(client.ends).toEqual([])

  await pass(1)
  expect(client.ends).toMatchObject([{ failure: { isRetryable: true } }])
})
