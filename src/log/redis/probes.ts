import { randomId } from '../../lib/random-id.ts'
import type { Refusals } from '../../redis/refusals.ts'
import type { Servers } from '../../redis/servers.ts'
import type { FollowedChannel } from './followed-channel.ts'
import { encodeProbe } from './notification.ts'

/** How long a probe may be on its way, in ms. */
const PROBE_TIMEOUT = 2_000

/** `unknown`: the connection or the follow ended meanwhile, or the probe was never sent. */
export type ProbeAnswer = 'heard' | 'silence' | 'unknown'

interface Probe {
  readonly server: string
  readonly follow: FollowedChannel
  readonly resolve: (answer: ProbeAnswer) => void
}

/** What is published the way appends are, to find out whether it comes back here. */
export class Probes {
  readonly #servers: Servers
  readonly #refusals: Refusals
  readonly #byToken = new Map<string, Probe>()

  constructor(servers: Servers, refusals: Refusals) {
    this.#servers = servers
    this.#refusals = refusals
  }

  async send(server: string, follow: FollowedChannel): Promise<ProbeAnswer> {
    const token = randomId(16)
    const { promise, resolve } = Promise.withResolvers<ProbeAnswer>()
    this.#byToken.set(token, { server, follow, resolve })
    const timer = setTimeout(() => {
      resolve('silence')
    }, PROBE_TIMEOUT)
    try {
      const commands = this.#servers.commandsOf(server)
      if (commands === undefined) return 'unknown'
      await commands.spublish(follow.keys.live, encodeProbe(token))
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

  /** Nothing comes from the server any more, or for the follow. */
  giveUp(cause: string | FollowedChannel): void {
    for (const { server, follow, resolve } of this.#byToken.values()) {
      if (server === cause || follow === cause) resolve('unknown')
    }
  }
}
