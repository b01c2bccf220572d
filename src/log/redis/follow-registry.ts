import { setImmediate } from 'node:timers/promises'
import type { ChannelKeys } from '../../redis/keys.ts'
import type { Refusals } from '../../redis/refusals.ts'
import type { Servers } from '../../redis/servers.ts'
import { LogUnavailable, type Follower } from '../event-log.ts'
import { FollowedChannel } from './followed-channel.ts'
import { KnownTops } from './known-tops.ts'
import type { Notification } from './notification.ts'
import { PositionChecks } from './position-check.ts'
import { Probes } from './probes.ts'
import { NotificationFeed } from './notification-feed.ts'
import { readTops } from './read-tops.ts'

/** How often followers are compared with the log, in ms. */
const CHECK_INTERVAL = 3_000
/** How soon after a notification that does not fit, in ms: what comes late does so in numbers. */
const CHECK_SOON = 50
/** Channels about which the log is asked at the same time. */
const CHUNK = 500

/**
 * Who follows what, and the notifications that keep them up to date. Notifications can be lost in more
 * ways than a connection shows (a buffer that overflows, a server that was replaced), so the log itself
 * is asked every few seconds whether it holds more than was told.
 *
 * Each check asks the log where the channels stand, then publishes a probe the way appends do and waits
 * for it where notifications come in. When it has come, so has every notification before it, and what
 * is still missing is lost: the followers are told to read. When it does not come, the subscription is
 * dead, and is made anew.
 *
 * A log may also have been put back to what it was. So it is asked whether it still holds what is known of
 * a channel, unless notifications have led from there to where it stands: each names the one before it.
 */
export class FollowRegistry {
  readonly known = new KnownTops((channel) => this.#follows.get(channel))
  readonly #servers: Servers
  readonly #keepFor: () => number
  readonly #refusals: Refusals
  readonly #follows = new Map<string, FollowedChannel>()
  readonly #byLiveChannel = new Map<string, FollowedChannel>()
  readonly #subscriptions = new Map<string, NotificationFeed>()
  readonly #positions: PositionChecks
  readonly #probes: Probes
  readonly #timer: NodeJS.Timeout
  #soon: NodeJS.Timeout | undefined
  #checking: Promise<void> | undefined
  #isAgain = false
  #isClosed = false

  /** `keepFor`: ms that the metadata of a followed channel is kept. */
  constructor(servers: Servers, refusals: Refusals, keepFor: () => number) {
    this.#servers = servers
    this.#refusals = refusals
    this.#keepFor = keepFor
    this.#probes = new Probes(servers, refusals)
    this.#positions = new PositionChecks(servers, refusals, this.known)
    this.#timer = setInterval(() => {
      this.check()
    }, CHECK_INTERVAL).unref()
  }

  get size(): number {
    return this.#follows.size
  }

  isLive(channel: string): boolean {
    return this.#follows.get(channel)?.isLive === true
  }

  /** Resolves once no later append can be missed without a doubt. Rejects when the log is away. */
  async add(channel: string, keys: ChannelKeys, follower: Follower): Promise<() => void> {
    const follow = this.#follows.get(channel) ?? new FollowedChannel(channel, keys)
    const subscription = { follower }
    follow.subscriptions.add(subscription)
    this.#follows.set(channel, follow)
    this.#byLiveChannel.set(keys.live, follow)
    const stop = () => {
      follow.subscriptions.delete(subscription)
      const isLast = follow.subscriptions.size === 0 && this.#follows.get(channel) === follow
      if (isLast) this.#drop(follow)
    }
    try {
      follow.beginning ??= this.#begin(follow)
      await follow.beginning
      if (this.#isClosed) throw new LogUnavailable('the log is closed')
      return stop
    } catch (error) {
      // The next who comes tries again, even if somebody else waits for this one as well.
      follow.beginning = undefined
      stop()
      throw error
    }
  }

  /** Compares the followers with the log soon; never rejects. */
  check(): void {
    if (this.#isClosed) return
    if (this.#checking !== undefined) {
      this.#isAgain = true
      return
    }
    this.#checking = this.#check()
      .catch(() => undefined)
      .finally(() => {
        this.#checking = undefined
        if (!this.#isAgain) return
        this.#isAgain = false
        this.check()
      })
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#timer)
    clearTimeout(this.#soon)
    for (const subscription of this.#subscriptions.values()) subscription.close()
    this.#follows.clear()
    this.#byLiveChannel.clear()
  }

  async #begin(follow: FollowedChannel): Promise<void> {
    const server = this.#servers.serverOf(follow.keys.slot)
    if (server === undefined) throw new LogUnavailable('no server is known for the channel')
    const subscription = this.#subscriptionTo(server)
    await subscription.settled()
    await subscription.subscribe([follow.keys.live])
    // At once: if the connection goes away from here on, that must not be overwritten.
    follow.server = server
    const known = this.known.of(follow.channel)
    const standings = await readTops(this.#servers, server, [follow], this.#keepFor())
    const read = standings.get(follow)
    if (read === undefined) {
      throw new LogUnavailable('the server did not say where the channel stands')
    }
    const { top, incarnations } = await this.#positions.settle(follow, known, read)
    // What came meanwhile is newer.
    follow.top ??= top
    ;[follow.incarnation] = incarnations
    follow.isLive = follow.server !== undefined
  }

  #drop(follow: FollowedChannel): void {
    const known = this.known.of(follow.channel)
    if (known !== undefined) this.known.note(follow.channel, known)
    this.#follows.delete(follow.channel)
    this.#byLiveChannel.delete(follow.keys.live)
    this.#probes.giveUp(follow)
    if (follow.server === undefined) return
    this.#subscriptions.get(follow.server)?.unsubscribe(follow.keys.live)
  }

  #subscriptionTo(server: string): NotificationFeed {
    const known = this.#subscriptions.get(server)
    if (known !== undefined) return known
    const subscription = new NotificationFeed(this.#servers.connectTo(server), {
      heard: (liveChannel, notification) => {
        this.#hear(liveChannel, notification)
      },
      lost: () => {
        for (const follow of this.#follows.values()) {
          if (follow.server !== server) continue
          follow.server = undefined
          follow.isLive = false
        }
        this.#probes.giveUp(server)
        this.check()
      },
      ready: () => {
        this.check()
      },
    })
    this.#subscriptions.set(server, subscription)
    return subscription
  }

  #hear(liveChannel: string, notification: Notification): void {
    if (notification.kind === 'probe') {
      this.#probes.heard(notification.token)
      return
    }
    const follow = this.#byLiveChannel.get(liveChannel)
    if (follow === undefined || follow.hear(notification)) return
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined
      this.check()
    }, CHECK_SOON).unref()
  }

  async #check(): Promise<void> {
    const byServer = Map.groupBy(this.#follows.values(), ({ keys }) =>
      this.#servers.serverOf(keys.slot),
    )
    await Promise.all(
      [...byServer].map(async ([server, follows]) => {
        if (server === undefined) return
        await this.#checkServer(server, follows).catch((error: unknown) => {
          this.#refusals.note(error)
        })
      }),
    )
    // By what is followed now: others may have come meanwhile.
    const used = new Set(
      Array.from(this.#follows.values(), ({ keys }) => this.#servers.serverOf(keys.slot)),
    )
    for (const [server, subscription] of this.#subscriptions) {
      if (used.has(server)) continue
      this.#subscriptions.delete(server)
      subscription.close()
    }
  }

  async #checkServer(server: string, follows: readonly FollowedChannel[]): Promise<void> {
    const subscription = this.#subscriptionTo(server)
    await subscription.settled()
    const isSubscribed = await this.#resubscribe(server, subscription, follows).then(
      () => true,
      (error: unknown) => {
        this.#refusals.note(error)
        return false
      },
    )
    const before = new Map(
      follows.map((follow) => [follow, { top: follow.top, known: this.known.of(follow.channel) }]),
    )
    const standings = await readTops(this.#servers, server, follows, this.#keepFor())
    // Some may have been dropped meanwhile.
    const probed = follows.find((follow) => this.#follows.get(follow.channel) === follow)
    if (isSubscribed && probed !== undefined) {
      const { received } = subscription
      const answer = await this.#probes.send(server, probed)
      // A process that was held up finds its timer due before what has come meanwhile.
      await setImmediate()
      subscription.lostProbes = answer === 'silence' ? subscription.lostProbes + 1 : 0
      const isDead = subscription.received === received || subscription.lostProbes > 1
      if (answer === 'silence' && isDead) subscription.reconnect()
    }
    const read = [...standings]
    for (let start = 0; start < read.length; start += CHUNK) {
      await Promise.all(
        read.slice(start, start + CHUNK).map(async ([follow, standing]) => {
          const { top, known } = before.get(follow)!
          follow.compare(await this.#positions.settle(follow, known, standing), top)
          follow.isLive = follow.server === server
        }),
      )
    }
  }

  async #resubscribe(
    server: string,
    subscription: NotificationFeed,
    follows: readonly FollowedChannel[],
  ): Promise<void> {
    const lost = follows.filter((follow) => follow.server !== server)
    // A cluster takes the channels of one slot in a command.
    const groups = this.#servers.isCluster
      ? Map.groupBy(lost, ({ keys }) => keys.slot).values()
      : [lost]
    await Promise.all(
      [...groups].map(async (group) => {
        await subscription.subscribe(group.map(({ keys }) => keys.live))
        for (const follow of group) {
          follow.server = server
          // Dropped meanwhile, and nobody follows the channel again.
          const { live } = follow.keys
          if (!this.#byLiveChannel.has(live)) subscription.unsubscribe(live)
        }
      }),
    )
  }
}
