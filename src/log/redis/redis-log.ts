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
import { FORGET_AFTER } from '../retention.ts'
import type { TraceListener } from '../trace-watchers.ts'
import { Announcements } from './announcements.ts'
import { Appends } from './appends.ts'
import { diagnose } from './diagnose-refusal.ts'
import { FollowRegistry } from './follow-registry.ts'
import { READ_SCRIPT } from './read-script.ts'
import type { RedisLogBounds } from './redis-log-bounds.ts'
import { parseRead } from './parse-replies.ts'
import { checkRights } from './check-rights.ts'
import type { TracedCommandListener } from './traced-command.ts'

export interface RedisLogObserver extends HealthObserver {
  /** Called for each append of traced events that is sent to a server. */
  readonly onTracedCommand?: TracedCommandListener | undefined
}

const READ = new Script(READ_SCRIPT)
const NOTHING: ReadRange = { after: 0, maxEvents: 0, maxBytes: 0 }

/** The log of a fleet, in Redis or Valkey. Every process that opens it with the same servers shares it. */
export class RedisLog implements EventLog {
  readonly #bounds: Live<RedisLogBounds>
  readonly #servers: Servers
  readonly #health: ServerHealth
  readonly #refusals: Refusals
  readonly #registry: FollowRegistry
  readonly #announcements: Announcements
  readonly #appends: Appends

  private constructor(
    bounds: Live<RedisLogBounds>,
    servers: Servers,
    refusals: Refusals,
    observer: RedisLogObserver,
  ) {
    this.#bounds = bounds
    this.#servers = servers
    this.#health = new ServerHealth(this.#servers, refusals, observer)
    this.#refusals = refusals
    const keepFor = () => bounds().historyAge + FORGET_AFTER
    this.#registry = new FollowRegistry(servers, refusals, keepFor)
    this.#announcements = new Announcements(servers, observer.onWarning)
    this.#appends = new Appends({
      bounds,
      servers,
      known: this.#registry.known,
      announcements: this.#announcements,
      keepFor,
      onTracedCommand: observer.onTracedCommand,
    })
  }

  /**
   * Resolves when the servers are reached, or are away: connecting goes on. Rejects with a sentence if they
   * answer but cannot hold a log until an operator fixes that. The caller closes the servers after the log.
   * `besides`: commands that other scripts run on these servers, whose rights are tried as well.
   */
  static async open(
    bounds: Live<RedisLogBounds>,
    servers: Servers,
    refusals: Refusals,
    observer: RedisLogObserver,
    besides: ReadonlySet<string> = new Set(),
  ): Promise<RedisLog> {
    const log = new RedisLog(bounds, servers, refusals, observer)
    try {
      await log.#health.start()
      log.#registry.start()
      await checkRights(log, servers, besides)
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
    const keys = this.#reach(channel)
    try {
      const result = await this.#appends.run(channel, keys, events, key)
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

  watchTraces(listener: TraceListener): () => void {
    return this.#announcements.watch(listener)
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
    this.#announcements.close()
    this.#appends.close()
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
    return channelKeys(channel, this.#servers.keySpace)
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
}

function unavailable(trouble: Trouble, cause?: unknown): LogUnavailable {
  const { state, detail } = trouble
  const what = state === 'away' ? 'the Redis log is away' : 'the Redis log refuses'
  return new LogUnavailable(`${what}: ${detail}`, { trouble, cause })
}
