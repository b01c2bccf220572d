import { randomId } from '../../lib/random-id.ts'
import { clientKey, FLEET_KEY } from '../../redis/keys.ts'
import type { Refusals } from '../../redis/refusals.ts'
import type { Servers } from '../../redis/servers.ts'
import { ClientCounts } from '../client-counts.ts'
import type { Fleet, FleetView, PodFacts } from '../fleet.ts'
import { ADMIT, BEAT, CLIENT_KEPT, NOTE } from './fleet-scripts.ts'

/** Times in ms. */
export interface RedisFleetOptions {
  /** How often a pod says that it is there. */
  readonly interval: number
  /** After how much silence it is forgotten. */
  readonly timeToLive: number
}

/** Three beats may be lost before a pod counts as gone. */
const DEFAULT_OPTIONS: RedisFleetOptions = { interval: 2_000, timeToLive: 8_000 }

/** A server that refuses for a while what is told of clients is not told of all of them with each beat. */
const BEATS_BETWEEN_NAMES = 15

/**
 * The pods that share a Redis log, as they tell each other through it.
 *
 * What the others know of a pod's clients can become wrong in more ways than can be mended one by one: a
 * release that was lost, an admission whose answer was, a server that came back with an old snapshot.
 * After each, the pod takes another name and tells all of its clients under it; what stands under the
 * old name counts no more.
 */
export class RedisFleet implements Fleet {
  readonly #servers: Servers
  readonly #refusals: Refusals
  readonly #options: RedisFleetOptions
  #pod = randomId(12)
  /** Its name until now, while the others may still count it. */
  #former: string | undefined
  /** The others may count clients of this pod that it does not have. */
  #isInDoubt = false
  /** Of the server that was told last: it changes with every restart and promotion. */
  #replid: string | undefined
  readonly #clients = new ClientCounts()
  #timer: NodeJS.Timeout | undefined
  #lastHeard: FleetView = { kind: 'unknown' }
  #heardAt = Number.NEGATIVE_INFINITY
  #renamedAt = Number.NEGATIVE_INFINITY
  /** `performance.now()` when all clients of this pod were last told of. */
  #notedAt = 0

  constructor(servers: Servers, refusals: Refusals, options = DEFAULT_OPTIONS) {
    this.#servers = servers
    this.#refusals = refusals
    this.#options = options
  }

  get view(): FleetView {
    const isKnown = performance.now() - this.#heardAt < this.#options.timeToLive
    return isKnown ? this.#lastHeard : { kind: 'unknown' }
  }

  join(readFacts: () => PodFacts): void {
    this.#timer = setInterval(() => {
      void this.#beat(readFacts())
    }, this.#options.interval).unref()
    void this.#beat(readFacts())
  }

  async admit(client: string, limit: number): Promise<boolean> {
    if (this.#clients.of(client) >= limit) return false
    this.#clients.add(client)
    try {
      const args = [this.#pod, this.#former ?? '', this.#clients.of(client), limit]
      const keys = [clientKey(client), FLEET_KEY]
      if ((await ADMIT.run(this.#servers, keys, args)) === 1) return true
    } catch (error) {
      // The others cannot be asked: its limit holds on this pod alone.
      this.#fail(error)
      return true
    }
    // A stream that closed meanwhile was told of with this one counted in.
    this.release(client)
    return false
  }

  release(client: string): void {
    this.#clients.remove(client)
    void this.#note(client)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all([
      ...Array.from(this.#clients.clients, async (client) => this.#note(client, 0)),
      this.#servers.commands.hdel(FLEET_KEY, this.#pod, this.#former ?? '').catch(() => undefined),
    ])
  }

  /** Never rejects: what the others do not hear now, they hear with the next beat. */
  async #beat({ subscribers, limit }: PodFacts): Promise<void> {
    const mayRename =
      performance.now() - this.#renamedAt > BEATS_BETWEEN_NAMES * this.#options.interval
    if (this.#isInDoubt && mayRename) this.#rename()
    const pod = this.#pod
    try {
      const args = [pod, this.#former ?? '', this.#options.timeToLive, subscribers, limit]
      const { view, isNew, replid } = parseBeat(await BEAT.run(this.#servers, [FLEET_KEY], args))
      const now = performance.now()
      this.#lastHeard = view
      this.#heardAt = now
      // The answer came late: the pod has another name already.
      if (pod !== this.#pod) return
      const isExpected = this.#replid === undefined || this.#former !== undefined
      const isKnownAsBefore = !isNew && replid === this.#replid
      this.#replid = replid
      this.#former = undefined
      if (!isExpected && !isKnownAsBefore) {
        // It was forgotten, or the server has: what stands there of its clients may be old.
        this.#isInDoubt = true
        return
      }
      if (!isNew && now - this.#notedAt < CLIENT_KEPT / 2) return
      this.#notedAt = now
      for (const client of this.#clients.clients) void this.#note(client)
    } catch (error) {
      // The view is unknown before long.
      this.#refusals.note(error)
    }
  }

  #rename(): void {
    this.#isInDoubt = false
    this.#renamedAt = performance.now()
    this.#former ??= this.#pod
    this.#pod = randomId(12)
  }

  async #note(client: string, streams = this.#clients.of(client)): Promise<void> {
    try {
      await NOTE.run(this.#servers, [clientKey(client)], [this.#pod, streams])
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#refusals.note(error)
    this.#isInDoubt = true
  }
}

function parseBeat(reply: unknown): { view: FleetView; isNew: boolean; replid: string } {
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
