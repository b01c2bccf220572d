import { setImmediate } from 'node:timers/promises'
import type { Refusals } from '../../redis/refusals.ts'
import type { Servers } from '../../redis/servers.ts'
import { readTops } from './channel-top.ts'
import type { FollowedChannel } from './followed-channel.ts'
import type { KnownTops } from './known-tops.ts'
import type { NotificationFeed } from './notification-feed.ts'
import type { NotificationFeeds } from './notification-feeds.ts'
import type { PositionChecks } from './position-check.ts'
import type { ProbeAnswer, Probes } from './notification-probes.ts'

/** How often all followed channels are compared with the log, in ms. */
const CHECK_INTERVAL = 3_000
/**
 * Time in ms from a notification that does not fit or cannot be read to the check of its channel. However many
 * such notifications come, a channel is checked no more often than that.
 */
const CHECK_SOON = 50
/** Channels whose position is verified at the same time. */
const CHUNK = 500

interface Parts {
  readonly servers: Servers
  readonly refusals: Refusals
  readonly channels: ReadonlyMap<string, FollowedChannel>
  readonly feeds: NotificationFeeds
  readonly probes: Probes
  readonly positions: PositionChecks
  readonly known: KnownTops
  /** Ms that the metadata of a followed channel is kept. */
  readonly keepFor: () => number
}

/**
 * Compares the notifications that followers got with the log. Notifications can be lost in ways that a
 * connection does not show (a buffer that overflows, a server that was replaced), so each check asks the log
 * itself whether it holds more.
 *
 * A check reads the tops of the channels, then publishes a probe the way appends do and waits for it where
 * notifications come in. When the probe has come, so has every notification before it: an event that is still
 * missing is lost, and its followers are invalidated. When the probe does not come, the feed is dead, and is
 * connected anew.
 *
 * A log may also have been put back to an older copy. So the check asks whether the log still holds the known
 * top of a channel, unless notifications have led from it to the present one: each names the one before it.
 */
export class LostNotificationChecks {
  readonly #parts: Parts
  /** Channels to be checked before the others. */
  readonly #suspects = new Set<FollowedChannel>()
  #due: 'nothing' | 'suspects' | 'all' = 'nothing'
  #timer: NodeJS.Timeout | undefined
  #soon: NodeJS.Timeout | undefined
  #checking: Promise<void> | undefined
  #isClosed = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.checkAll()
    }, CHECK_INTERVAL).unref()
  }

  /** Checks all channels, after the check that is under way if there is one; never rejects. */
  checkAll(): void {
    this.#due = 'all'
    this.#run()
  }

  checkSoon(channel: FollowedChannel): void {
    this.#suspects.add(channel)
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined
      if (this.#due === 'nothing') this.#due = 'suspects'
      this.#run()
    }, CHECK_SOON).unref()
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#timer)
    clearTimeout(this.#soon)
  }

  #run(): void {
    if (this.#isClosed || this.#checking !== undefined || this.#due === 'nothing') return
    const { channels } = this.#parts
    const checked = this.#due === 'all' ? [...channels.values()] : [...this.#suspects]
    this.#due = 'nothing'
    this.#suspects.clear()
    this.#checking = this.#check(checked)
      .catch(() => undefined)
      .finally(() => {
        this.#checking = undefined
        this.#run()
      })
  }

  async #check(checked: readonly FollowedChannel[]): Promise<void> {
    const { servers, refusals, channels, feeds } = this.#parts
    const byServer = Map.groupBy(checked, ({ keys }) => servers.serverOf(keys.slot))
    await Promise.all(
      [...byServer].map(async ([server, group]) => {
        if (server === undefined) return
        await this.#checkServer(server, group).catch((error: unknown) => {
          refusals.note(error)
        })
      }),
    )
    // The channels are listed anew here, since some may have been added meanwhile.
    feeds.closeUnused(
      new Set(Array.from(channels.values(), ({ keys }) => servers.serverOf(keys.slot))),
    )
  }

  async #checkServer(server: string, checked: readonly FollowedChannel[]): Promise<void> {
    const { servers, refusals, channels, feeds, positions, known, keepFor } = this.#parts
    const feed = feeds.of(server)
    await feed.settled()
    const isSubscribed = await this.#resubscribe(server, feed, checked).then(
      () => true,
      (error: unknown) => {
        refusals.note(error)
        return false
      },
    )
    const before = new Map(
      checked.map((followed) => [
        followed,
        { top: followed.top, known: known.of(followed.channel) },
      ]),
    )
    const standings = await readTops(servers, server, checked, keepFor())
    // Some may have been dropped meanwhile.
    const probed = checked.find((followed) => channels.get(followed.channel) === followed)
    const answer =
      isSubscribed && probed !== undefined ? await this.#probe(server, feed, probed) : 'unknown'
    const read = [...standings]
    for (let start = 0; start < read.length; start += CHUNK) {
      await Promise.all(
        read.slice(start, start + CHUNK).map(async ([followed, standing]) => {
          const { top, known: claimed } = before.get(followed)!
          followed.compare(await positions.verify(followed, claimed, standing), top)
          const isProven = answer === 'heard' || (answer === 'unknown' && followed.isLive)
          followed.isLive = isProven && followed.server === server
        }),
      )
    }
  }

  /** Resolves once every earlier notification has come, or connects the feed anew if it is dead. */
  async #probe(
    server: string,
    feed: NotificationFeed,
    followed: FollowedChannel,
  ): Promise<ProbeAnswer> {
    const { received } = feed
    const answer = await this.#parts.probes.send(server, followed)
    // After a blocked event loop the timer fires before the notifications that came meanwhile are read.
    await setImmediate()
    feed.lostProbes = answer === 'silence' ? feed.lostProbes + 1 : 0
    const isDead = feed.received === received || feed.lostProbes > 1
    if (answer === 'silence' && isDead) feed.reconnect()
    return answer
  }

  async #resubscribe(
    server: string,
    feed: NotificationFeed,
    checked: readonly FollowedChannel[],
  ): Promise<void> {
    const { servers, channels } = this.#parts
    const lost = checked.filter((followed) => followed.server !== server)
    // A cluster takes the channels of one slot in a command.
    const groups = servers.isCluster ? Map.groupBy(lost, ({ keys }) => keys.slot).values() : [lost]
    await Promise.all(
      [...groups].map(async (group) => {
        await feed.subscribe(group.map(({ keys }) => keys.live))
        for (const followed of group) {
          followed.server = server
          // The channel was dropped meanwhile and has no follower again.
          if (!channels.has(followed.channel)) feed.unsubscribe(followed.keys.live)
        }
      }),
    )
  }
}
