import { randomId } from '../../lib/random-id.ts'
import { clientKey, fleetKey } from '../../redis/keys.ts'
import type { Refusals } from '../../redis/refusals.ts'
import type { Servers } from '../../redis/servers.ts'
import { ClientCounts } from '../client-counts.ts'
import type { Fleet, FleetView, PodFacts } from '../fleet.ts'
import { ADMIT, CLIENT_KEPT, HEARTBEAT, SET_STREAMS } from './fleet-scripts.ts'

/** Times in ms. */
export interface RedisFleetOptions {
  /** Time between the heartbeats of a pod. */
  readonly interval: number
  /** How long a pod counts after its last heartbeat. */
  readonly timeToLive: number
}

/** Three heartbeats may be lost before a pod counts as dead. */
const DEFAULT_OPTIONS: RedisFleetOptions = { interval: 2_000, timeToLive: 8_000 }

/** With a new name a pod reports all its clients again. A server that refuses these reports for a while must
 * not get them with each heartbeat. */
const HEARTBEATS_BETWEEN_NAMES = 15

/**
 * The pods that share a Redis log, and the streams of each client on them, kept in that Redis.
 *
 * The counts of a pod's clients in Redis can become wrong in several ways: a lost release, an admission whose
 * answer was lost, a server that came back with an old snapshot. In each case the pod takes a new name and
 * reports all its clients under it; the counts under the old name are ignored.
 */
export class RedisFleet implements Fleet {
  readonly #servers: Servers
  readonly #refusals: Refusals
  readonly #options: RedisFleetOptions
  #pod = randomId(12)
  /** The previous name, while other pods may still count it. */
  #former: string | undefined
  /** Whether Redis may have counts that differ from those of this pod. */
  #isUncertain = false
  /** Replication id of the server at the last heartbeat; it changes with every restart and promotion. */
  #replid: string | undefined
  readonly #clients = new ClientCounts()
  #timer: NodeJS.Timeout | undefined
  #lastView: FleetView = { kind: 'unknown' }
  #answeredAt = Number.NEGATIVE_INFINITY
  #renamedAt = Number.NEGATIVE_INFINITY
  /** `performance.now()` when all clients of this pod were last reported. */
  #reportedAt = 0

  constructor(servers: Servers, refusals: Refusals, options = DEFAULT_OPTIONS) {
    this.#servers = servers
    this.#refusals = refusals
    this.#options = options
  }

  get view(): FleetView {
    const isKnown = performance.now() - this.#answeredAt < this.#options.timeToLive
    return isKnown ? this.#lastView : { kind: 'unknown' }
  }

  join(readFacts: () => PodFacts): void {
    this.#timer = setInterval(() => {
      void this.#sendHeartbeat(readFacts())
    }, this.#options.interval).unref()
    void this.#sendHeartbeat(readFacts())
  }

  async admit(client: string, limit: number): Promise<boolean> {
    if (this.#clients.of(client) >= limit) return false
    this.#clients.add(client)
    try {
      const args = [this.#pod, this.#former ?? '', this.#clients.of(client), limit]
      const { keySpace } = this.#servers
      const keys = [clientKey(client, keySpace), fleetKey(keySpace)]
      if ((await ADMIT.run(this.#servers, keys, args)) === 1) return true
    } catch (error) {
      // Without Redis, the limit holds on this pod alone.
      this.#fail(error)
      return true
    }
    // The report of a stream that closed meanwhile included this one, so the count is reported again.
    this.release(client)
    return false
  }

  release(client: string): void {
    this.#clients.remove(client)
    void this.#report(client)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all([
      ...Array.from(this.#clients.clients, async (client) => this.#report(client, 0)),
      this.#servers.commands
        .hdel(fleetKey(this.#servers.keySpace), this.#pod, this.#former ?? '')
        .catch(() => undefined),
    ])
  }

  /** Never rejects: the next heartbeat makes up for one that failed. */
  async #sendHeartbeat({ subscribers, limit }: PodFacts): Promise<void> {
    const mayRename =
      performance.now() - this.#renamedAt > HEARTBEATS_BETWEEN_NAMES * this.#options.interval
    if (this.#isUncertain && mayRename) this.#rename()
    const pod = this.#pod
    try {
      const args = [pod, this.#former ?? '', this.#options.timeToLive, subscribers, limit]
      const { view, isNew, replid } = parseHeartbeat(
        await HEARTBEAT.run(this.#servers, [fleetKey(this.#servers.keySpace)], args),
      )
      const now = performance.now()
      this.#lastView = view
      this.#answeredAt = now
      // The answer came so late that the pod already has another name.
      if (pod !== this.#pod) return
      const isExpected = this.#replid === undefined || this.#former !== undefined
      const isKnownAsBefore = !isNew && replid === this.#replid
      this.#replid = replid
      this.#former = undefined
      if (!isExpected && !isKnownAsBefore) {
        // The pod was forgotten, or the server lost data: its counts of the pod's clients may be old.
        this.#isUncertain = true
        return
      }
      if (!isNew && now - this.#reportedAt < CLIENT_KEPT / 2) return
      this.#reportedAt = now
      for (const client of this.#clients.clients) void this.#report(client)
    } catch (error) {
      // Without another heartbeat, the view becomes unknown.
      this.#refusals.note(error)
    }
  }

  #rename(): void {
    this.#isUncertain = false
    this.#renamedAt = performance.now()
    this.#former ??= this.#pod
    this.#pod = randomId(12)
  }

  async #report(client: string, streams = this.#clients.of(client)): Promise<void> {
    try {
      await SET_STREAMS.run(
        this.#servers,
        [clientKey(client, this.#servers.keySpace)],
        [this.#pod, streams],
      )
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#refusals.note(error)
    this.#isUncertain = true
  }
}

function parseHeartbeat(reply: unknown): { view: FleetView; isNew: boolean; replid: string } {
  const [pods, subscribers, limit, free, isNew, replid]: unknown[] = Array.isArray(reply)
    ? reply
    : []
  const others = {
    pods: Number(pods),
    subscribers: Number(subscribers),
    limit: Number(limit),
    free: Number(free),
  }
  const view: FleetView = others.pods === 0 ? { kind: 'alone' } : { kind: 'counted', others }
  return { view, isNew: isNew === 1, replid: String(replid) }
}
