import { setTimeout } from 'node:timers/promises'
import { request } from 'undici'
import type { Gap } from '../../src/schema/system-events.ts'
import { readStream, type StreamState } from './raw-subscriber.ts'
import type { Recording } from './recording.ts'
import { RETRY, type Subscriber, type SubscriberOptions } from './subscriber.ts'

interface Answer {
  readonly events: readonly { readonly id: string; readonly data: string }[]
  readonly gaps: readonly Gap[]
  readonly cursor: string
  readonly retry: number
}

/** How long a switching subscriber stays with a stream before it polls for a while, in ms. */
const STREAM_TIME = 700
const POLLS = 3

/** Polls, each time with the cursor of the last answer; in turns with streams if it is to switch. */
export class PollSubscriber implements Subscriber {
  readonly name: string
  readonly #running: Promise<void>
  readonly #abort = new AbortController()

  constructor(options: SubscriberOptions, recording: Recording, isSwitching: boolean) {
    this.name = options.name
    this.#running = this.#run(options, recording, isSwitching)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort()
    await this.#running
  }

  async #run(
    options: SubscriberOptions,
    recording: Recording,
    isSwitching: boolean,
  ): Promise<void> {
    const { signal } = this.#abort
    const state = { lastId: '', retry: 0 }
    for (let round = 0; !signal.aborted; round++) {
      if (isSwitching && round % (POLLS + 1) === 0) {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(STREAM_TIME)])
        await readStream(options, recording, state, limit)
        // It left by itself.
        if (limit.aborted) state.retry = 0
      } else {
        await poll(options, recording, state, signal)
      }
      await setTimeout(state.retry, undefined, { signal }).catch(() => undefined)
    }
  }
}

async function poll(
  { url, channel, name }: SubscriberOptions,
  recording: Recording,
  state: StreamState,
  signal: AbortSignal,
): Promise<void> {
  const cursor = state.lastId === '' ? '' : `&lastEventId=${state.lastId}`
  try {
    const target = `${url}/poll/${channel}?from=earliest&wait=1${cursor}`
    const { statusCode, body } = await request(target, { signal, headers: { Connection: 'close' } })
    const text = await body.text()
    state.retry = RETRY
    if (statusCode !== 200) return
    const answer = JSON.parse(text) as Answer
    const [first] = answer.events
    // A gap stands before the events; with one channel there is at most one.
    for (const gap of answer.gaps) {
      const id = first === undefined ? answer.cursor : before(first.id)
      recording.add({ kind: 'gap', reader: name, id, gap })
    }
    for (const { id, data } of answer.events) {
      recording.add({ kind: 'received', reader: name, id, data })
    }
    state.lastId = answer.cursor
    state.retry = answer.retry
  } catch {
    state.retry = RETRY
  }
}

function before(position: string): string {
  const [epoch, offset] = position.split('-')
  return `${epoch}-${Number(offset) - 1}`
}
