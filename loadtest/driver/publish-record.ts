import type { PublishedChannel } from './commands.ts'
import { UNKNOWN } from './published-events.ts'

/** The publisher's own record: what became of each event, by channel and number. */
export class PublishRecord {
  readonly #channels: readonly {
    readonly channel: string
    readonly outcomes: string[]
    readonly dues: number[]
  }[]

  constructor(channels: readonly string[]) {
    this.#channels = channels.map((channel) => ({ channel, outcomes: [], dues: [] }))
  }

  /** Returns the number of a new event, whose outcome is unknown until it is settled. */
  begin(channel: number, due: number): number {
    const { outcomes, dues } = this.#channels[channel]!
    dues.push(due)
    return outcomes.push(UNKNOWN)
  }

  settle(channel: number, number: number, outcome: string): void {
    this.#channels[channel]!.outcomes[number - 1] = outcome
  }

  get channels(): readonly PublishedChannel[] {
    return this.#channels
  }
}
