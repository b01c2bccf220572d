import { createHash } from 'node:crypto'
import type { Live } from '../../lib/live-value.ts'
import { randomId } from '../../lib/random-id.ts'
import type { ChannelKeys } from '../../redis/keys.ts'
import { Script } from '../../redis/script.ts'
import type { Servers } from '../../redis/servers.ts'
import type { TraceContext } from '../../wire/trace-context.ts'
import type { AppendResult, IdempotencyKey, NewEvent } from '../event-log.ts'
import type { Announcements } from './announcements.ts'
import { APPEND_SCRIPT, eventArguments } from './append-script.ts'
import { ConfirmedAppends } from './confirmed-appends.ts'
import type { KnownTops } from './known-tops.ts'
import { parseAppend, US_PER_MS, type Appended } from './parse-replies.ts'
import { reportCommand, type TracedCommandListener } from './traced-command.ts'

/** Sizes in bytes, the age in ms. */
export interface RedisLogBounds {
  readonly historyEvents: number
  readonly historyAge: number
  readonly historyBytes: number
  /** Idempotency keys remembered a channel. */
  readonly maxKeys: number
  readonly publishAck: 'primary' | 'replicated'
}

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

/** The commands that append. Where the events carry a trace context, the fleet and the tracing of this process hear of it. */
export class Appends {
  readonly #parts: Parts
  readonly #confirmed: ConfirmedAppends

  constructor(parts: Parts) {
    this.#parts = parts
    this.#confirmed = new ConfirmedAppends(parts.servers)
  }

  /** Rejects with the errors of the server and of the connection. The server of the keys must be known. */
  async run(
    channel: string,
    keys: ChannelKeys,
    events: readonly NewEvent[],
    key: IdempotencyKey | undefined,
  ): Promise<AppendResult> {
    const { bounds, known, keepFor } = this.#parts
    const { historyEvents, historyBytes, historyAge, maxKeys } = bounds()
    const head = [
      randomId(8),
      randomId(8),
      historyEvents,
      historyBytes,
      historyAge,
      keepFor(),
      maxKeys,
      key === undefined ? '' : digest(key.key),
      key === undefined ? '' : digest(key.fingerprint),
      keys.live,
    ]
    const { meta, events: stream, incarnation } = keys
    const idempotency = key === undefined ? [] : [keys.keys, keys.keyExpiry]
    const names = [meta, stream, incarnation, ...idempotency]
    const values = eventArguments(events)
    const { trace } = events[0]!
    return known.tellWith(channel, async (top) => {
      const args = [...head, top?.epoch ?? '', top?.offset ?? 0, top?.time ?? 0, ...values]
      const appended = await this.#send(keys.slot, names, args, trace)
      if (trace !== undefined) this.#announce(channel, keys.slot, appended, trace)
      return appended
    })
  }

  close(): void {
    this.#confirmed.close()
  }

  async #send(
    slot: number,
    names: readonly string[],
    args: readonly (string | number)[],
    trace: TraceContext | undefined,
  ): Promise<Appended> {
    const { bounds, servers, onTracedCommand } = this.#parts
    const send = async (to: Pick<Servers, 'commands'>): Promise<Appended> => {
      const run = async () => APPEND.run(to, names, args)
      if (trace === undefined || onTracedCommand === undefined) return parseAppend(await run())
      const about = { trace, operation: 'EVALSHA', server: servers.addressOf(slot) } as const
      return parseAppend(await reportCommand(about, onTracedCommand, run))
    }
    if (bounds().publishAck === 'primary') return send(servers)
    return this.#confirmed.run(servers.serverOf(slot)!, send)
  }

  #announce(channel: string, slot: number, { result, top }: Appended, trace: TraceContext): void {
    if (result.kind !== 'accepted' || top === undefined) return
    const { epoch, first, count } = result
    const time = Math.floor(top.time / US_PER_MS)
    this.#parts.announcements.tell(slot, { channel, epoch, first, count, time, trace })
  }
}

/** Has bounded length and no spaces for any text. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
