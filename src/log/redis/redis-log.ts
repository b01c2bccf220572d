import { createHash } from 'node:crypto'
import { randomId } from '../../lib/random-id.ts'
import { describeRedisUrl } from '../../lib/redis-url.ts'
import { ServerHealth, type HealthObserver } from '../../redis/health.ts'
import { channelKeys, type ChannelKeys } from '../../redis/keys.ts'
import type { Refusals } from '../../redis/refusals.ts'
import { Script } from '../../redis/script.ts'
import type { Servers } from '../../redis/servers.ts'
import {
  LogUnavailable,
  type AppendResult,
  type EventLog,
  type Follower,
  type IdempotencyKey,
  type LogStatus,
  type NewEvent,
  type ReadRange,
  type ReadResult,
} from '../event-log.ts'
import { APPEND_SCRIPT } from './append-script.ts'
import { ConfirmedAppends } from './confirmed-appends.ts'
import { Follows } from './follows.ts'
import { FORGET_AFTER } from './lua-parts.ts'
import { READ_SCRIPT } from './read-script.ts'
import { parseAppend, parseRead } from './replies.ts'
import { checkRights } from './rights.ts'

/** Read at every use, so that a changed capacity file takes effect. Bytes, and ms for the age. */
export interface RedisLogBounds {
  readonly historyEvents: number
  readonly historyAge: number
  readonly historyBytes: number
  /** Idempotency keys remembered a channel. */
  readonly maxKeys: number
  readonly publishAck: 'primary' | 'replicated'
}

const APPEND = new Script(APPEND_SCRIPT)
const READ = new Script(READ_SCRIPT)

/** The log of a fleet, in Redis or Valkey. Every process that opens it with the same servers shares it. */
export class RedisLog implements EventLog {
  readonly #bounds: RedisLogBounds
  readonly #servers: Servers
  readonly #health: ServerHealth
  readonly #refusals: Refusals
  readonly #follows: Follows
  readonly #confirmed: ConfirmedAppends

  private constructor(
    bounds: RedisLogBounds,
    servers: Servers,
    refusals: Refusals,
    observer: HealthObserver,
  ) {
    this.#bounds = bounds
    this.#servers = servers
    this.#health = new ServerHealth(this.#servers, observer)
    this.#refusals = refusals
    this.#confirmed = new ConfirmedAppends(servers)
    this.#follows = new Follows(this.#servers, this.#refusals, () => this.#keepFor())
  }

  /**
   * Resolves when the servers were reached, or could not be for now: they are tried on and on. Rejects
   * with a sentence if they answer and may not hold a log. They stay the caller's, to be closed after it.
   */
  static async open(
    bounds: RedisLogBounds,
    servers: Servers,
    refusals: Refusals,
    observer: HealthObserver,
  ): Promise<RedisLog> {
    const log = new RedisLog(bounds, servers, refusals, observer)
    try {
      await log.#health.start()
      await checkRights(log, servers)
      return log
    } catch (error) {
      await log.close()
      throw error
    }
  }

  async append(
    channel: string,
    events: readonly NewEvent[],
    key?: IdempotencyKey,
  ): Promise<AppendResult> {
    const { meta, events: stream, life, live, keys, keyExpiry, slot } = this.#reach(channel)
    const { historyEvents, historyBytes, historyAge, maxKeys, publishAck } = this.#bounds
    const head = [
      randomId(8),
      randomId(8),
      historyEvents,
      historyBytes,
      historyAge,
      this.#keepFor(),
      maxKeys,
      key === undefined ? '' : digest(key.key),
      key === undefined ? '' : digest(key.fingerprint),
      live,
    ]
    try {
      const names = [meta, stream, life, ...(key === undefined ? [] : [keys, keyExpiry])]
      const texts = events.flatMap(({ name, data }) => [name, data])
      return await this.#follows.known.tellWith(channel, async (known) => {
        const args = [...head, known?.epoch ?? '', known?.offset ?? 0, known?.time ?? 0, ...texts]
        if (publishAck === 'primary') {
          return parseAppend(await APPEND.run(this.#servers, names, args))
        }
        // Known, since it was reached.
        const server = this.#servers.serverOf(slot)!
        return this.#confirmed.run(server, APPEND, names, args)
      })
    } catch (error) {
      if (isOutOfMemory(error)) return { kind: 'full', limit: 'memory' }
      throw this.#unavailable(error)
    }
  }

  async read(channel: string, { after, maxEvents, maxBytes }: ReadRange): Promise<ReadResult> {
    const { meta, events, life } = this.#reach(channel)
    try {
      const { historyAge } = this.#bounds
      const args = [after, maxEvents, maxBytes, historyAge, randomId(8)]
      return parseRead(await READ.run(this.#servers, [meta, events, life], args))
    } catch (error) {
      throw this.#unavailable(error)
    }
  }

  async follow(channel: string, follower: Follower): Promise<() => void> {
    try {
      return await this.#follows.add(channel, this.#reach(channel), follower)
    } catch (error) {
      throw this.#unavailable(error)
    }
  }

  reaches(channel: string): boolean {
    return this.#troubleOf(this.#keys(channel)) === undefined
  }

  isLive(channel: string): boolean {
    return this.reaches(channel) && this.#follows.isLive(channel)
  }

  status(): LogStatus {
    const { trouble } = this.#health
    const refused = this.#refusals.last
    return {
      ready: this.#health.isReady,
      reachable: trouble === undefined,
      details: {
        kind: 'redis',
        url: describeRedisUrl(this.#servers.url),
        followed: this.#follows.size,
        ...(trouble !== undefined && { trouble }),
        ...(refused !== undefined && { refused }),
      },
    }
  }

  async close(): Promise<void> {
    this.#health.close()
    this.#follows.close()
    this.#confirmed.close()
  }

  /**
   * The keys of a channel. Throws at once if their server is known to be away: what is sent to a frozen
   * server waits in its buffers, and is carried out when nobody expects it any more.
   */
  #reach(channel: string): ChannelKeys {
    const keys = this.#keys(channel)
    const trouble = this.#troubleOf(keys)
    if (trouble !== undefined) throw new LogUnavailable(`the Redis log is away: ${trouble}`)
    return keys
  }

  #keys(channel: string): ChannelKeys {
    const { isCluster, url } = this.#servers
    return channelKeys(channel, { isCluster, db: url.db })
  }

  #troubleOf({ slot }: ChannelKeys): string | undefined {
    return this.#health.troubleOf(this.#servers.serverOf(slot))
  }

  #unavailable(error: unknown): LogUnavailable {
    if (error instanceof LogUnavailable) return error
    this.#refusals.note(error)
    const reason = error instanceof Error ? error.message : String(error)
    return new LogUnavailable(`the Redis log did not answer: ${reason}`, { cause: error })
  }

  #keepFor(): number {
    return this.#bounds.historyAge + FORGET_AFTER
  }
}

/** Of bounded length and without spaces, whatever the text. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('OOM')
}
