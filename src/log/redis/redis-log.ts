import { createHash } from 'node:crypto'
import type { Live } from '../../lib/live-value.ts'
import { randomId } from '../../lib/random-id.ts'
import { describeRedisUrl } from '../../lib/redis-url.ts'
import { ServerHealth, type HealthObserver } from '../../redis/server-health.ts'
import { channelKeys, type ChannelKeys } from '../../redis/keys.ts'
import type { Attempt, Refusals } from '../../redis/refusals.ts'
import { Script } from '../../redis/script.ts'
import type { Servers } from '../../redis/servers.ts'
import type { Trouble } from '../../redis/trouble-codes.ts'
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
import { APPEND_SCRIPT, eventArguments } from './append-script.ts'
import { ConfirmedAppends } from './confirmed-appends.ts'
import { diagnose } from './diagnose-refusal.ts'
import { FollowRegistry } from './follow-registry.ts'
import { FORGET_AFTER } from './script-parts.ts'
import { READ_SCRIPT } from './read-script.ts'
import { parseAppend, parseRead } from './parse-replies.ts'
import { checkRights } from './check-rights.ts'

/** Sizes in bytes, the age in ms. */
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
const NOTHING: ReadRange = { after: 0, maxEvents: 0, maxBytes: 0 }

/** The log of a fleet, in Redis or Valkey. Every process that opens it with the same servers shares it. */
export class RedisLog implements EventLog {
  readonly #bounds: Live<RedisLogBounds>
  readonly #servers: Servers
  readonly #health: ServerHealth
  readonly #refusals: Refusals
  readonly #registry: FollowRegistry
  readonly #confirmed: ConfirmedAppends

  private constructor(
    bounds: Live<RedisLogBounds>,
    servers: Servers,
    refusals: Refusals,
    observer: HealthObserver,
  ) {
    this.#bounds = bounds
    this.#servers = servers
    this.#health = new ServerHealth(this.#servers, refusals, observer)
    this.#refusals = refusals
    this.#confirmed = new ConfirmedAppends(servers)
    this.#registry = new FollowRegistry(this.#servers, this.#refusals, () => this.#keepFor())
  }

  /**
   * Resolves when the servers are reached, or are away: connecting goes on. Rejects with a sentence if they
   * answer but cannot hold a log until an operator fixes that. The caller closes the servers after the log.
   */
  static async open(
    bounds: Live<RedisLogBounds>,
    servers: Servers,
    refusals: Refusals,
    observer: HealthObserver,
  ): Promise<RedisLog> {
    const log = new RedisLog(bounds, servers, refusals, observer)
    try {
      await log.#health.start()
      log.#registry.start()
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
    const attempt = { operation: 'append', channel }
    const { meta, events: stream, incarnation, live, keys, keyExpiry, slot } = this.#reach(channel)
    const { historyEvents, historyBytes, historyAge, maxKeys, publishAck } = this.#bounds()
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
      const names = [meta, stream, incarnation, ...(key === undefined ? [] : [keys, keyExpiry])]
      const values = eventArguments(events)
      const result = await this.#registry.known.tellWith(channel, async (known) => {
        const args = [...head, known?.epoch ?? '', known?.offset ?? 0, known?.time ?? 0, ...values]
        if (publishAck === 'primary') {
          return parseAppend(await APPEND.run(this.#servers, names, args))
        }
        // Defined, since `#reach` has found it.
        const server = this.#servers.serverOf(slot)!
        return this.#confirmed.run(server, APPEND, names, args)
      })
      this.#refusals.accept(attempt)
      return result
    } catch (error) {
      const failure = this.#unavailable(error, attempt)
      if (failure.trouble?.code === 'no-memory') return { kind: 'full', limit: 'memory' }
      throw failure
    }
  }

  async read(channel: string, { after, maxEvents, maxBytes }: ReadRange): Promise<ReadResult> {
    const attempt = { operation: 'read', channel }
    const { meta, events, incarnation } = this.#reach(channel)
    try {
      const { historyAge } = this.#bounds()
      const args = [after, maxEvents, maxBytes, historyAge, randomId(8)]
      const result = parseRead(await READ.run(this.#servers, [meta, events, incarnation], args))
      this.#refusals.accept(attempt)
      return result
    } catch (error) {
      throw this.#unavailable(error, attempt)
    }
  }

  async follow(channel: string, follower: Follower): Promise<() => void> {
    const attempt = { operation: 'follow', channel }
    const keys = this.#reach(channel)
    try {
      const stop = await this.#registry.add(channel, keys, follower)
      this.#refusals.accept(attempt)
      return stop
    } catch (error) {
      // The standing is missing without a reason; a read rejects with the reason.
      if (error instanceof LogUnavailable) await this.read(channel, NOTHING)
      throw this.#unavailable(error, attempt)
    }
  }

  reaches(channel: string): boolean {
    return this.#troubleOf(this.#keys(channel)) === undefined
  }

  isLive(channel: string): boolean {
    return this.reaches(channel) && this.#registry.isLive(channel)
  }

  watchTraces(): () => void {
    return () => {}
  }

  status(): LogStatus {
    const { trouble, report, isReady } = this.#health
    const refusals = this.#refusals.reports
    const ofRequests = refusals.find(({ scope }) => scope === 'requests')
    return {
      ready: isReady,
      reachable: trouble === undefined,
      state: trouble?.state ?? ofRequests?.state ?? 'ok',
      troubles: [...(report === undefined ? [] : [report]), ...refusals],
      details: {
        kind: 'redis',
        url: describeRedisUrl(this.#servers.url),
        followed: this.#registry.size,
      },
    }
  }

  async close(): Promise<void> {
    this.#health.close()
    this.#registry.close()
    this.#confirmed.close()
  }

  /**
   * The keys of a channel. Throws at once if their server is known to be away: commands to a frozen server
   * wait in its buffers, and would be carried out long after their request has failed.
   */
  #reach(channel: string): ChannelKeys {
    const keys = this.#keys(channel)
    const trouble = this.#troubleOf(keys)
    if (trouble === undefined) return keys
    this.#health.countFailure()
    throw unavailable(trouble)
  }

  #keys(channel: string): ChannelKeys {
    const { isCluster, url } = this.#servers
    return channelKeys(channel, { isCluster, db: url.db })
  }

  #troubleOf({ slot }: ChannelKeys): Trouble | undefined {
    return this.#health.troubleOf(this.#servers.serverOf(slot))
  }

  #unavailable(error: unknown, attempt: Required<Attempt>): LogUnavailable {
    if (error instanceof LogUnavailable) return error
    const keys = this.#keys(attempt.channel)
    const isRefusal = this.#refusals.note(error, attempt, async (trouble) =>
      diagnose(this.#servers, keys, trouble),
    )
    if (!isRefusal) this.#health.countFailure()
    return unavailable(this.#health.troubleBehind(error, this.#servers.serverOf(keys.slot)), error)
  }

  #keepFor(): number {
    return this.#bounds().historyAge + FORGET_AFTER
  }
}

/** Has bounded length and no spaces for any text. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function unavailable(trouble: Trouble, cause?: unknown): LogUnavailable {
  const { state, detail } = trouble
  const what = state === 'away' ? 'the Redis log is away' : 'the Redis log refuses'
  return new LogUnavailable(`${what}: ${detail}`, { trouble, cause })
}
