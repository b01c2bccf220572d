import { Counter, Trend } from 'k6/metrics'
import sse, { type Client } from 'k6/x/sse'
import type { Choice } from './options.ts'
import { isEnd, readPayload } from './payload.ts'
import { ReceivedPositions } from './received-positions.ts'

const delivery = new Trend('delivery', true)
const deliveries = new Counter('deliveries')
const announced = new Counter('announced')
const drains = new Counter('drains')
const expiries = new Counter('expiries')
const faults = new Counter('faults')
const refusals = new Counter('refusals')
const deadEnds = new Counter('deadEnds')
const connectFailures = new Counter('connectFailures')

/** Statuses that ask a client to come back. */
const BUSY = [429, 503]

/** What counts a stream that ends with this event. Any other closing event counts as a fault. */
const CLOSINGS: Readonly<Record<string, Counter>> = {
  'runnel.drain': drains,
  'runnel.expire': expiries,
}

/** In place of `runnel.open`. */
const REFUSALS = ['runnel.full', 'runnel.drain']

/** The fields that a subscriber uses, of all system events. */
interface SystemEventData {
  readonly cursor?: string
  readonly retry?: number
  readonly missed?: number | null
  readonly from?: string | null
  readonly to?: string | null
}

/**
 * A subscriber that resumes as EventSource does, with `Last-Event-ID`. The extension blocks until a stream ends, and
 * keeps neither `id` nor `retry` from one block to the next.
 */
export class Subscriber {
  readonly positions = new ReceivedPositions()
  /** Has the last event of the run. */
  hasEnd = false
  readonly #url: string
  readonly #runId: string
  readonly #bytes: number
  #cursor: string | undefined
  /** Unix time in ms when the first stream was open; undefined until then. */
  #openedAt: number | undefined
  readonly #retry: number
  /** Seconds before the next stream. */
  #wait = 0
  #isOpen = false

  constructor(url: string, runId: string, { bytes, retry }: Pick<Choice, 'bytes' | 'retry'>) {
    this.#url = url
    this.#runId = runId
    this.#bytes = bytes
    this.#retry = retry
  }

  /** Reads one stream to its end. Returns the seconds to wait before the next one. */
  readStream(): number {
    // A cut brings all subscribers back, but not all at once. What a service tells is scattered already.
    this.#wait = this.#retry * (0.5 + Math.random())
    this.#isOpen = false
    const headers = this.#cursor === undefined ? {} : { 'Last-Event-ID': this.#cursor }
    const { status, error } = sse.open(this.#url, { headers: { ...headers } }, (client) => {
      this.#listen(client)
    })
    if (error !== '') connectFailures.add(1)
    else if (BUSY.includes(status)) refusals.add(1)
    else if (status !== 200) deadEnds.add(1)
    return this.#wait
  }

  #listen(client: Client): void {
    let isClosing = false
    const close = () => {
      // A second call within the first would block the extension.
      if (isClosing) return
      isClosing = true
      client.close()
    }
    client.on('event', ({ id, name, data }) => {
      if (this.hasEnd) return
      if (name.startsWith('runnel.')) this.#takeSystemEvent(id, name, data)
      else this.#take(id, data)
      if (id !== '') this.#cursor = id
      if (this.hasEnd) close()
    })
    // After an error the extension waits until the client is closed.
    client.on('error', close)
  }

  #takeSystemEvent(id: string, name: string, data: string): void {
    const fields = JSON.parse(data) as SystemEventData
    switch (name) {
      case 'runnel.open':
        this.#isOpen = true
        if (this.#openedAt === undefined) this.positions.startAt(fields.cursor ?? '')
        this.#openedAt ??= Date.now()
        return
      case 'runnel.gap':
        announced.add(fields.missed ?? 1)
        this.positions.announce({ id, from: fields.from ?? null, to: fields.to ?? null })
        return
      case 'runnel.full':
      case 'runnel.drain':
      case 'runnel.expire':
      case 'runnel.fault':
        if (!this.#isOpen && REFUSALS.includes(name)) refusals.add(1)
        else (CLOSINGS[name] ?? faults).add(1)
        if (fields.retry !== undefined) this.#wait = fields.retry / 1_000
    }
  }

  #take(id: string, data: string): void {
    this.positions.add(id)
    const stamp = readPayload(this.#runId, data, this.#bytes)
    if (stamp === 'foreign') return
    if (stamp === 'damaged') {
      this.positions.corrupted++
      return
    }
    this.hasEnd = isEnd(stamp)
    if (this.hasEnd) return
    deliveries.add(1)
    // Events that were due before are history, whose delay says nothing of the server.
    const due = stamp.due / 1_000
    if (due >= this.#openedAt!) delivery.add(Date.now() - due)
  }
}
