import type { ChannelKeys } from '../../redis/keys.ts'
import type { Refusals } from '../../redis/refusals.ts'
import type { Servers } from '../../redis/servers.ts'
import { LogUnavailable, type Follower } from '../event-log.ts'
import { readTops } from './channel-top.ts'
import { LostNotificationChecks } from './lost-notification-checks.ts'
import { FollowedChannel } from './followed-channel.ts'
import { KnownTops } from './known-tops.ts'
import type { FeedListener } from './notification-feed.ts'
import { NotificationFeeds } from './notification-feeds.ts'
import type { Notification } from './notification.ts'
import { PositionChecks } from './position-check.ts'
import { Probes } from './notification-probes.ts'

/** The channels that this process follows, and the notifications that reach their followers. */
export class FollowRegistry {
  readonly known: KnownTops
  readonly #servers: Servers
  readonly #keepFor: () => number
  readonly #channels = new Map<string, FollowedChannel>()
  readonly #byLiveChannel = new Map<string, FollowedChannel>()
  readonly #feeds: NotificationFeeds
  readonly #positions: PositionChecks
  readonly #probes: Probes
  readonly #checks: LostNotificationChecks
  #isClosed = false

  /** `keepFor`: ms that the metadata of a followed channel is kept. */
  constructor(servers: Servers, refusals: Refusals, keepFor: () => number) {
    const channels = this.#channels
    const known = new KnownTops((channel) => channels.get(channel))
    const feeds = new NotificationFeeds(servers, (server) => this.#listenTo(server))
    const probes = new Probes(servers, refusals)
    const positions = new PositionChecks(servers, refusals, known)
    this.known = known
    this.#servers = servers
    this.#keepFor = keepFor
    this.#feeds = feeds
    this.#probes = probes
    this.#positions = positions
    this.#checks = new LostNotificationChecks({
      servers,
      refusals,
      channels,
      feeds,
      probes,
      positions,
      known,
      keepFor,
    })
  }

  start(): void {
    this.#checks.start()
  }

  get size(): number {
    return this.#channels.size
  }

  isLive(channel: string): boolean {
    return this.#channels.get(channel)?.isLive === true
  }

  /**
   * Resolves once each later append reaches the follower or invalidates it. Rejects when the log is away.
   */
  async add(channel: string, keys: ChannelKeys, follower: Follower): Promise<() => void> {
    const followed = this.#channels.get(channel) ?? new FollowedChannel(channel, keys)
    const entry = { follower }
    followed.followers.add(entry)
    this.#channels.set(channel, followed)
    this.#byLiveChannel.set(keys.live, followed)
    const stop = () => {
      followed.followers.delete(entry)
      const isLast = followed.followers.size === 0 && this.#channels.get(channel) === followed
      if (isLast) this.#drop(followed)
    }
    try {
      followed.beginning ??= this.#begin(followed)
      await followed.beginning
      if (this.#isClosed) throw new LogUnavailable('the log is closed')
      return stop
    } catch (error) {
      // All that waited for this beginning stop here, so that the next follower begins again.
      stop()
      throw error
    }
  }

  close(): void {
    this.#isClosed = true
    this.#checks.close()
    this.#feeds.close()
    this.#channels.clear()
    this.#byLiveChannel.clear()
  }

  async #begin(followed: FollowedChannel): Promise<void> {
    const server = this.#servers.serverOf(followed.keys.slot)
    if (server === undefined) throw new LogUnavailable('no server is known for the channel')
    const feed = this.#feeds.of(server)
    await feed.settled()
    await feed.subscribe([followed.keys.live])
    // Set at once, so as not to overwrite a connection loss that comes later.
    followed.server = server
    const known = this.known.of(followed.channel)
    const standings = await readTops(this.#servers, server, [followed], this.#keepFor())
    const read = standings.get(followed)
    if (read === undefined) {
      throw new LogUnavailable('the server did not say where the channel stands')
    }
    const { top, incarnations } = await this.#positions.verify(followed, known, read)
    // A notification that came meanwhile is newer.
    followed.top ??= top
    ;[followed.incarnation] = incarnations
    followed.isLive = followed.server !== undefined
  }

  #drop(followed: FollowedChannel): void {
    const known = this.known.of(followed.channel)
    if (known !== undefined) this.known.note(followed.channel, known)
    this.#channels.delete(followed.channel)
    this.#byLiveChannel.delete(followed.keys.live)
    this.#probes.giveUp(followed)
    if (followed.server === undefined) return
    this.#feeds.unsubscribe(followed.server, followed.keys.live)
  }

  #listenTo(server: string): FeedListener {
    return {
      heard: (liveChannel, notification) => {
        this.#hear(liveChannel, notification)
      },
      lost: () => {
        for (const followed of this.#channels.values()) {
          if (followed.server !== server) continue
          followed.server = undefined
          followed.isLive = false
        }
        this.#probes.giveUp(server)
        this.#checks.checkAll()
      },
      ready: () => {
        this.#checks.checkAll()
      },
    }
  }

  #hear(liveChannel: string, notification: Notification): void {
    if (notification.kind === 'probe') {
      this.#probes.heard(notification.token)
      return
    }
    const followed = this.#byLiveChannel.get(liveChannel)
    if (followed === undefined) return
    const fits = notification.kind === 'append' && followed.hear(notification)
    if (!fits) this.#checks.checkSoon(followed)
  }
}
