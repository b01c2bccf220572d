import type { Servers } from '../../redis/servers.ts'
import { NotificationFeed, type FeedListener } from './notification-feed.ts'

/** One feed for each server that has a followed channel. */
export class NotificationFeeds {
  readonly #servers: Servers
  readonly #listenerFor: (server: string) => FeedListener
  readonly #feeds = new Map<string, NotificationFeed>()

  constructor(servers: Servers, listenerFor: (server: string) => FeedListener) {
    this.#servers = servers
    this.#listenerFor = listenerFor
  }

  /** Returns the feed of a server, and connects it if there is none. */
  of(server: string): NotificationFeed {
    const known = this.#feeds.get(server)
    if (known !== undefined) return known
    const connection = this.#servers.connectTo(server, 'notifications')
    const feed = new NotificationFeed(connection, this.#listenerFor(server))
    this.#feeds.set(server, feed)
    return feed
  }

  unsubscribe(server: string, liveChannel: string): void {
    this.#feeds.get(server)?.unsubscribe(liveChannel)
  }

  /**
   * A feed that cannot be connected is kept while its server is in use, for it shows why new followers are refused, and
   * when that is over.
   */
  closeUnused(used: ReadonlySet<string | undefined>): void {
    const servers = new Set(this.#servers.names())
    for (const [server, feed] of this.#feeds) {
      if (used.has(server) || (servers.has(server) && !feed.isReady)) continue
      this.#feeds.delete(server)
      feed.close()
    }
  }

  close(): void {
    for (const feed of this.#feeds.values()) feed.close()
  }
}
