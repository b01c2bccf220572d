import type { Live } from '../../lib/live-value.ts'
import type { ChannelKeys } from '../../redis/keys.ts'
import type { Servers } from '../../redis/servers.ts'
import type { TraceContext } from '../../wire/trace-context.ts'
import {
  LogUnavailable,
  type AppendResult,
  type IdempotencyKey,
  type NewEvent,
} from '../event-log.ts'
import type { Announcements } from './announcements.ts'
import { runAppend, type Section } from './append-command.ts'
import { confirm, ConfirmedAppends, type Lane } from './confirmed-appends.ts'
import type { KnownTops } from './known-tops.ts'
import { joinRuns, shareCommands, sharesOf, type WaitingAppend } from './joined-appends.ts'
import { parseAppend, US_PER_MS, type Appended } from './parse-replies.ts'
import type { RedisLogBounds } from './redis-log-bounds.ts'
import { reportCommand, type TracedCommandListener } from './traced-command.ts'

interface Parts {
  readonly bounds: Live<RedisLogBounds>
  readonly servers: Servers
  readonly known: KnownTops
  readonly announcements: Announcements
  /** Ms that the metadata of a channel is kept. */
  readonly keepFor: () => number
  readonly onTracedCommand: TracedCommandListener | undefined
}

interface Waiting extends WaitingAppend {
  readonly resolve: (result: AppendResult) => void
  readonly reject: (error: unknown) => void
}

interface WaitingChannel {
  readonly keys: ChannelKeys
  readonly appends: Waiting[]
}

/** Appends to a channel that are accepted or refused as one. */
interface Run {
  readonly channel: string
  readonly keys: ChannelKeys
  readonly appends: readonly Waiting[]
}

/**
 * Runs the commands that append. Appends that are made within one turn of the event loop share a command, and those to
 * one channel a notification as well: most of what an append costs the server does not depend on the number of its
 * events. In a cluster those to different channels do not: their keys may be on different nodes.
 *
 * Of events with a trace context the fleet is told, and their command is reported to the tracing of this process.
 */
export class Appends {
  readonly #parts: Parts
  readonly #confirmed: ConfirmedAppends
  readonly #waiting = new Map<string, WaitingChannel>()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#confirmed = new ConfirmedAppends(parts.servers)
  }

  /** Rejects with the errors of the server and of the connection, and with `LogUnavailable`. */
  async run(
    channel: string,
    keys: ChannelKeys,
    events: readonly NewEvent[],
    key: IdempotencyKey | undefined,
  ): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) {
        setImmediate(() => {
          this.#sendWaiting()
        })
      }
      const append = { events, key, resolve, reject }
      const waiting = this.#waiting.get(channel)
      if (waiting === undefined) this.#waiting.set(channel, { keys, appends: [append] })
      else waiting.appends.push(append)
    })
  }

  close(): void {
    // Sent now, they would open a connection that nobody closes.
    for (const { appends } of this.#waiting.values()) {
      for (const { reject } of appends) reject(new LogUnavailable('the log is closed'))
    }
    this.#waiting.clear()
    this.#confirmed.close()
  }

  #sendWaiting(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    const bounds = this.#parts.bounds()
    const runs = waiting.flatMap(([channel, { keys, appends }]) =>
      joinRuns(appends, bounds).map((joined) => ({ channel, keys, appends: joined })),
    )
    const commands = this.#parts.servers.isCluster ? runs.map((run) => [run]) : shareCommands(runs)
    for (const command of commands) this.#sendCommand(command)
  }

  #sendCommand(runs: readonly Run[]): void {
    const first = runs[0]!
    const { promise: answers, resolve } = Promise.withResolvers<readonly unknown[]>()
    const sections: Section[] = []
    try {
      const lane = this.#laneOf(first.keys.slot)
      for (const [index, run] of runs.entries()) {
        const appended = this.#parts.known.tellWith(run.channel, async (told) => {
          const events = run.appends.map((append) => append.events)
          sections[index] = { keys: run.keys, told, appends: events }
          const taken = await this.#take(run, async () => parseAppend((await answers)[index]))
          return lane === undefined ? taken : confirm(lane, taken)
        })
        void this.#settle(run, appended)
      }
      // By now each run has added its section.
      resolve(this.#ask(lane, sections, first.appends[0]!.key))
    } catch (error) {
      for (const { appends } of runs) for (const { reject } of appends) reject(error)
    }
  }

  /** Undefined where an append needs no confirmation. */
  #laneOf(slot: number): Lane | undefined {
    const { bounds, servers } = this.#parts
    if (bounds().publishAck === 'primary') return undefined
    const server = servers.serverOf(slot)
    // It was known when the append was made, but a cluster may have changed within the turn.
    if (server === undefined) throw new LogUnavailable('no server holds this part of the log')
    return this.#confirmed.laneTo(server)
  }

  async #ask(
    lane: Lane | undefined,
    sections: readonly Section[],
    key: IdempotencyKey | undefined,
  ): Promise<readonly unknown[]> {
    const { bounds, servers, keepFor } = this.#parts
    await lane?.connected
    const to = lane === undefined ? servers : { commands: lane.redis }
    return runAppend(to, { ...bounds(), keepFor: keepFor() }, sections, key)
  }

  /** Takes the answer to a run, and reports the command to the traces of its appends. */
  async #take({ keys, appends }: Run, answer: () => Promise<Appended>): Promise<Appended> {
    const { servers, onTracedCommand } = this.#parts
    const traces = appends.flatMap(({ events: [event] }) => event!.trace ?? [])
    if (traces.length === 0 || onTracedCommand === undefined) return answer()
    const about = { operation: 'EVALSHA', server: servers.addressOf(keys.slot) } as const
    return reportCommand(about, traces, onTracedCommand, answer)
  }

  async #settle({ channel, keys, appends }: Run, appended: Promise<Appended>): Promise<void> {
    try {
      const { result, top } = await appended
      const results = sharesOf(appends, result)
      for (const [index, { events, resolve }] of appends.entries()) {
        const { trace } = events[0]!
        if (top !== undefined && trace !== undefined) {
          const time = Math.floor(top.time / US_PER_MS)
          this.#announce(channel, keys.slot, results[index]!, time, trace)
        }
        resolve(results[index]!)
      }
    } catch (error) {
      for (const { reject } of appends) reject(error)
    }
  }

  #announce(
    channel: string,
    slot: number,
    result: AppendResult,
    time: number,
    trace: TraceContext,
  ): void {
    if (result.kind !== 'accepted') return
    const { epoch, first, count } = result
    this.#parts.announcements.tell(slot, { channel, epoch, first, count, time, trace })
  }
}
