import type { Live } from '../../lib/live-value.ts'
import { randomId } from '../../lib/random-id.ts'
import type { ChannelKeys } from '../../redis/keys.ts'
import { Script } from '../../redis/script.ts'
import type { Servers } from '../../redis/servers.ts'
import type { TraceContext } from '../../wire/trace-context.ts'
import {
  LogUnavailable,
  type AppendResult,
  type IdempotencyKey,
  type NewEvent,
} from '../event-log.ts'
import type { Announcements } from './announcements.ts'
import { APPEND_SCRIPT, eventArguments } from './append-script.ts'
import { ConfirmedAppends } from './confirmed-appends.ts'
import type { KnownTops } from './known-tops.ts'
import { joinRuns, sharesOf, type WaitingAppend } from './joined-appends.ts'
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

const APPEND = new Script(APPEND_SCRIPT)

interface Waiting extends WaitingAppend {
  readonly resolve: (result: AppendResult) => void
  readonly reject: (error: unknown) => void
}

interface WaitingChannel {
  readonly keys: ChannelKeys
  readonly appends: Waiting[]
}

/**
 * Runs the commands that append. Appends to a channel that are made within one turn of the event loop share a command,
 * and a notification: most of what an append costs the server does not depend on the number of its events.
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
    for (const [channel, { keys, appends }] of waiting) {
      for (const run of joinRuns(appends, this.#parts.bounds())) {
        void this.#settle(channel, keys, run)
      }
    }
  }

  async #settle(channel: string, keys: ChannelKeys, run: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.#sendRun(channel, keys, run)
      for (const [index, { resolve }] of run.entries()) resolve(results[index]!)
    } catch (error) {
      for (const { reject } of run) reject(error)
    }
  }

  async #sendRun(
    channel: string,
    keys: ChannelKeys,
    run: readonly WaitingAppend[],
  ): Promise<readonly AppendResult[]> {
    const { bounds, known, keepFor } = this.#parts
    const { historyEvents, historyBytes, historyAge, maxKeys } = bounds()
    const { key } = run[0]!
    const head = [
      randomId(8),
      randomId(8),
      historyEvents,
      historyBytes,
      historyAge,
      keepFor(),
      maxKeys,
      key?.key ?? '',
      key?.fingerprint ?? '',
      keys.live,
    ]
    const { meta, events: stream, incarnation } = keys
    const idempotency = key === undefined ? [] : [keys.keys, keys.keyExpiry]
    const names = [meta, stream, incarnation, ...idempotency]
    const values = eventArguments(run.map(({ events }) => events))
    const traces = run.flatMap(({ events: [first] }) => first!.trace ?? [])
    const { result, top } = await known.tellWith(channel, async (told) => {
      const args = [...head, told?.epoch ?? '', told?.offset ?? 0, told?.time ?? 0, ...values]
      return this.#send(keys.slot, names, args, traces)
    })
    const results = sharesOf(run, result)
    if (top === undefined) return results
    const time = Math.floor(top.time / US_PER_MS)
    for (const [index, { events }] of run.entries()) {
      const trace = events[0]!.trace
      if (trace !== undefined) this.#announce(channel, keys.slot, results[index]!, time, trace)
    }
    return results
  }

  async #send(
    slot: number,
    names: readonly string[],
    args: readonly (string | number)[],
    traces: readonly TraceContext[],
  ): Promise<Appended> {
    const { bounds, servers, onTracedCommand } = this.#parts
    const send = async (to: Pick<Servers, 'commands'>): Promise<Appended> => {
      const run = async () => APPEND.run(to, names, args)
      if (traces.length === 0 || onTracedCommand === undefined) return parseAppend(await run())
      const about = { operation: 'EVALSHA', server: servers.addressOf(slot) } as const
      return parseAppend(await reportCommand(about, traces, onTracedCommand, run))
    }
    if (bounds().publishAck === 'primary') return send(servers)
    const server = servers.serverOf(slot)
    // It was known when the append was made, but a cluster may have changed within the turn.
    if (server === undefined) throw new LogUnavailable('no server holds this part of the log')
    return this.#confirmed.run(server, send)
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
