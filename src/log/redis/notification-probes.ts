import { randomId } from '../../lib/random-id.ts'
import type { Refusals } from '../../redis/refusals.ts'
import type { Servers } from '../../redis/servers.ts'
import type { FollowedChannel } from './followed-channel.ts'
import { encodeProbe } from './notification.ts'

/** How long a probe may be on its way, in ms. */
const PROBE_TIMEOUT = 2_000

/** `unknown`: the connection ended meanwhile or the channel was dropped, or the probe was never sent. */
export type ProbeAnswer = 'heard' | 'silence' | 'unknown'

interface Probe {
  readonly server: string
  readonly followed: FollowedChannel
  readonly resolve: (answer: ProbeAnswer) => void
}

/** Notifications that this process publishes the way appends do, to detect a dead feed. */
export class Probes {
  readonly #servers: Servers
  readonly #refusals: Refusals
  readonly #byToken = new Map<string, Probe>()

  constructor(servers: Servers, refusals: Refusals) {
    this.#servers = servers
    this.#refusals = refusals
  }

  async send(server: string, followed: FollowedChannel): Promise<ProbeAnswer> {
    const token = randomId(16)
    const { promise, resolve } = Promise.withResolvers<ProbeAnswer>()
    this.#byToken.set(token, { server, followed, resolve })
    const timer = setTimeout(() => {
      resolve('silence')
    }, PROBE_TIMEOUT)
    try {
      const commands = this.#servers.commandsOf(server)
      if (commands === undefined) return 'unknown'
      await commands.spublish(followed.keys.live, encodeProbe(token))
      return await promise
    } catch (error) {
      this.#refusals.note(error)
      return 'unknown'
    } finally {
      clearTimeout(timer)
      this.#byToken.delete(token)
    }
  }

  heard(token: string): void {
    this.#byToken.get(token)?.resolve('heard')
  }

  /** Answers probes with `unknown`: the feed of the server was lost, or the channel was dropped. */
  giveUp(cause: string | FollowedChannel): void {
    for (const { server, followed, resolve } of this.#byToken.values()) {
      if (server === cause || followed === cause) resolve('unknown')
    }
  }
}
