import { request } from 'undici'
import { EventLedger, offsetOf } from '../support/event-ledger.ts'

interface NewEvent {
  readonly event?: string
  readonly data: string
}

/** Publishes over HTTP and keeps the ledger of accepted and trimmed events. */
export class Publisher {
  readonly ledger = new EventLedger()
  readonly #url: string
  readonly #historyEvents: number
  readonly #tops = new Map<string, string>()
  /** Positions of all published events, oldest first. */
  readonly #positions = new Map<string, string[]>()

  constructor(url: string, historyEvents: number) {
    this.#url = url
    this.#historyEvents = historyEvents
  }

  /** To be called for each channel before its first event. Returns the position where it begins. */
  async begin(channel: string): Promise<string> {
    const { body } = await request(`${this.#url}/poll/${channel}?wait=0`)
    const { cursor } = (await body.json()) as { cursor: string }
    this.#tops.set(channel, cursor)
    this.#positions.set(channel, [])
    return cursor
  }

  /** Appends the events at once. Returns their positions. */
  async publish(channel: string, events: readonly NewEvent[]): Promise<readonly string[]> {
    const { statusCode, body } = await request(`${this.#url}/publish/${channel}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-ndjson' },
      body: events.map((event) => JSON.stringify(event)).join('\n'),
    })
    const text = await body.text()
    if (statusCode !== 200) throw new Error(`expected status 200, got ${statusCode}: ${text}`)
    const { ids } = JSON.parse(text) as { ids: readonly string[] }
    const positions = this.#positions.get(channel)!
    for (const [index, { event = 'message', data }] of events.entries()) {
      const position = ids[index]!
      this.ledger.add(position, { channel, event, data, previous: this.top(channel) })
      this.#tops.set(channel, position)
      positions.push(position)
      const trimmed = positions.at(-1 - this.#historyEvents)
      if (trimmed !== undefined) this.ledger.trim(trimmed)
    }
    return ids
  }

  top(channel: string): string {
    return this.#tops.get(channel)!
  }

  count(channel: string): number {
    return offsetOf(this.top(channel))
  }
}
