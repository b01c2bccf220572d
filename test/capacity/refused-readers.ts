import { EventSource } from 'eventsource'
import { follow } from '../../src/client/follow.ts'
import { fullDocument } from '../../src/schema/system-events.ts'
import { createFetchAlone } from '../support/clients/fetch-alone.ts'

/**
 * A client that is refused, and comes back until the waits that it was told add up to more than `time`. Returns these
 * waits, in ms.
 */
type RefusedReader = (url: string, time: number) => Promise<readonly number[]>

/** The `EventSource` of a package, which shares no code with the project's own client. */
export const waitsOfEventSource: RefusedReader = async (url, time) => {
  const waits = new ToldWaits(time)
  const source = new EventSource(url)
  const { promise, resolve } = Promise.withResolvers<void>()
  source.addEventListener('runnel.full', ({ data }) => {
    waits.add(String(data))
    if (!waits.areOver) return
    source.close()
    resolve()
  })
  await promise
  return waits.all
}

/** The project's own client, `follow`. */
export const waitsOfFollower: RefusedReader = async (url, time) => {
  const waits = new ToldWaits(time)
  const { signal } = new AbortController()
  for await (const events of follow({ url: new URL(url), signal, fetch: createFetchAlone() })) {
    for (const { event, data } of events) if (event === 'runnel.full') waits.add(data)
    if (waits.areOver) break
  }
  return waits.all
}

class ToldWaits {
  readonly all: number[] = []
  readonly #time: number
  #sum = 0

  constructor(time: number) {
    this.#time = time
  }

  get areOver(): boolean {
    return this.#sum > this.#time
  }

  add(data: string): void {
    const { retry } = fullDocument.parse(JSON.parse(data))
    this.all.push(retry)
    this.#sum += retry
  }
}
