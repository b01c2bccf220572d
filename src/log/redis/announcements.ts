import { announcementChannel } from '../../redis/keys.ts'
import {
  forbiddenCommand,
  isMissingRight,
  mendOfRights,
  missingRight,
} from '../../redis/missing-rights.ts'
import type { Servers } from '../../redis/servers.ts'
import type { TracedAppend } from '../event-log.ts'
import { TraceWatchers, type TraceListener } from '../trace-watchers.ts'
import { decodeAnnouncement, encodeAnnouncement } from './announcement.ts'
import { AnnouncementFeed } from './announcement-feed.ts'

/** How often the feed is checked, in ms. */
const CHECK_INTERVAL = 3_000

/**
 * Tells the fleet of traced appends, and hears of them while somebody in this process watches. A cluster passes each
 * announcement to all of its nodes, so that one node is enough to hear of all. Announcements are for traces only:
 * one that is lost is not told again.
 */
export class Announcements {
  readonly #servers: Servers
  readonly #onWarning: (warning: string) => void
  readonly #channel: string
  readonly #watchers = new TraceWatchers()
  #feed: { readonly server: string; readonly feed: AnnouncementFeed } | undefined
  #timer: NodeJS.Timeout | undefined
  #hasWarned = false
  #isClosed = false

  constructor(servers: Servers, onWarning: (warning: string) => void) {
    this.#servers = servers
    this.#onWarning = onWarning
    this.#channel = announcementChannel(servers.keySpace)
  }

  /** `slot`: of the append's channel, whose server has just answered. Not awaited, since nothing depends on it. */
  tell(slot: number, append: TracedAppend): void {
    const server = this.#servers.serverOf(slot)
    const commands = server === undefined ? undefined : this.#servers.commandsOf(server)
    commands?.publish(this.#channel, encodeAnnouncement(append)).catch((error: unknown) => {
      this.#noteRefusal(error)
    })
  }

  watch(listener: TraceListener): () => void {
    if (this.#isClosed) return () => {}
    const stop = this.#watchers.add(listener)
    if (this.#timer === undefined) this.#start()
    return () => {
      stop()
      if (this.#watchers.isEmpty) this.#stop()
    }
  }

  close(): void {
    this.#isClosed = true
    this.#watchers.clear()
    this.#stop()
  }

  #start(): void {
    this.#timer = setInterval(() => {
      this.#check()
    }, CHECK_INTERVAL).unref()
    this.#check()
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#feed?.feed.close()
    this.#feed = undefined
  }

  #check(): void {
    const server = this.#pickServer()
    if (server === this.#feed?.server) {
      this.#feed?.feed.check()
      return
    }
    this.#feed?.feed.close()
    this.#feed = server === undefined ? undefined : { server, feed: this.#feedOf(server) }
  }

  /** The present one unless it is gone, or away while there are others: any of those, to spread the fleet. */
  #pickServer(): string | undefined {
    const names = this.#servers.names()
    const present = this.#feed
    const others = names.filter((name) => name !== present?.server)
    const isThere = present !== undefined && names.includes(present.server)
    if (isThere && (present.feed.isReady || others.length === 0)) return present.server
    return others[Math.floor(Math.random() * others.length)]
  }

  #feedOf(server: string): AnnouncementFeed {
    const redis = this.#servers.connectTo(server, 'notifications')
    return new AnnouncementFeed(redis, this.#channel, {
      heard: (payload) => {
        const append = decodeAnnouncement(payload)
        if (append !== undefined) this.#watchers.tell(append)
      },
      refused: (error) => {
        this.#noteRefusal(error)
      },
    })
  }

  /** A warning, not a trouble of the log: publishes and streams are not affected. */
  #noteRefusal(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error)
    if (this.#hasWarned || !isMissingRight(text)) return
    this.#hasWarned = true
    const isCommand = forbiddenCommand(text) !== undefined
    const right = missingRight(text, this.#servers.keySpace.prefix) ?? 'all rights of docs/redis.md'
    const mend = mendOfRights(isCommand ? ['+publish', '+subscribe'] : [right])
    this.#onWarning(
      `a Redis user that may not announce traced publishes to all pods, or not hear of them, leaves pods without ` +
        `subscribers out of traces (${text}): ${mend}`,
    )
  }
}
