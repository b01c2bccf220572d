import type { Answer, Command, Judgement } from '../driver/commands.ts'
import type { Tally } from '../driver/tally.ts'
import type { Driver, DriverEvents } from './driver.ts'
import { monotonicSeconds } from './monotonic-clock.ts'
import { TallySum } from './tally-sum.ts'

const JUDGED: Judgement = {
  expected: 10,
  delivered: 10,
  lost: 0,
  announced: 0,
  duplicated: 0,
  reordered: 0,
  corrupted: 0,
  falseGaps: 0,
  examples: [],
}

/** A driver without a process and without a server, for tests: everything succeeds at once, and stays until `stop`. */
export class FakeDriver implements Driver {
  readonly commands: Command[] = []
  readonly events: DriverEvents
  judgement: Judgement = JUDGED
  #subscribers = 0
  #stop: (() => void) | undefined

  constructor(events: DriverEvents) {
    this.events = events
  }

  async command(command: Command): Promise<Answer> {
    this.commands.push(command)
    switch (command.kind) {
      case 'subscribe':
        this.#subscribers += command.options.count
        break
      case 'unsubscribe':
        this.#subscribers -= command.count
        break
      case 'publish':
        await new Promise<void>((resolve) => {
          this.#stop = resolve
        })
        break
      case 'stop':
        this.#stop?.()
        break
      case 'published':
        return { kind: 'published', published: { channels: [] } }
      case 'judge':
        return { kind: 'judged', judgement: this.judgement }
      case 'prepare':
      case 'cut':
      case 'publish-at-once':
      case 'saturate':
    }
    this.tell({})
    return { kind: 'done' }
  }

  /** Sends a tally with these counts. */
  tell(counts: Partial<Tally['counts']>): void {
    const none = new TallySum()
    this.events.onTally({
      at: monotonicSeconds(),
      seconds: 1,
      gauges: { subscribers: this.#subscribers, open: this.#subscribers, waiting: 0 },
      counts: { ...none.counts, ...counts },
      histograms: {
        delivery: [],
        connect: [],
        firstEvent: [],
        publish: [],
        outage: [],
        pause: [],
      },
      driver: { cpu: 0.25, loopDelay: 0, rss: 2 ** 20 },
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop?.()
  }
}
