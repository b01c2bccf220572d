import { randomId } from '../../lib/random-id.ts'
import type { ChannelKeys } from '../../redis/keys.ts'
import type { Refusals } from '../../redis/refusals.ts'
import { Script } from '../../redis/script.ts'
import type { Servers } from '../../redis/servers.ts'
import type { FollowedChannel } from './followed-channel.ts'
import type { KnownTops } from './known-tops.ts'
import { POSITION_CHECK_SCRIPT } from './position-check-script.ts'
import { asArray } from './parse-replies.ts'
import { parseStanding } from './read-tops.ts'
import { isSame, type Standing, type Top } from './top.ts'

const POSITION = new Script(POSITION_CHECK_SCRIPT)

/** Holds the log to what is known of it, where what was read of a channel leaves that open. */
export class PositionChecks {
  readonly #servers: Servers
  readonly #refusals: Refusals
  readonly #known: KnownTops

  constructor(servers: Servers, refusals: Refusals, known: KnownTops) {
    this.#servers = servers
    this.#refusals = refusals
    this.#known = known
  }

  /** `known` is what was known when it was read. Resolves to what stands; never rejects. */
  async settle(follow: FollowedChannel, known: Top | undefined, read: Standing): Promise<Standing> {
    try {
      const isOpen = isUnsettled(known, read) && !haveLed(known, read.top, follow)
      const standing = isOpen ? await this.#ask(follow.keys, known) : read
      if (follow.claim === known) follow.claim = undefined
      if (isOpen && standing.top !== undefined) {
        this.#known.replace(follow.channel, known, standing.top)
      }
      return standing
    } catch (error) {
      // As where a server takes no writes for now: it is asked again with the next check.
      this.#refusals.note(error)
      follow.claim ??= known
      return read
    }
  }

  /** The log opens an epoch where it stands behind what is known. */
  async #ask(
    { meta, events, incarnation }: ChannelKeys,
    known: Top | undefined,
  ): Promise<Standing> {
    const { epoch = '', offset = 0, time = 0 } = known ?? {}
    const args = [epoch, offset, time, randomId(8), randomId(8)]
    const reply = await POSITION.run(this.#servers, [meta, events, incarnation], args)
    const [chain, top, at, incarnations] = asArray(reply)
    return parseStanding([chain, top, at], String(incarnations).split(' '))
  }
}

/** Whether it is open if the log holds what is known, or in which incarnation a channel was never written. */
function isUnsettled(known: Top | undefined, { top, incarnations }: Standing): boolean {
  return top === undefined ? incarnations.length === 0 : known !== undefined && !isSame(known, top)
}

/** Whether notifications have led from what is known to where the log stands, each following on the last. */
function haveLed(
  known: Top | undefined,
  top: Top | undefined,
  { claim, top: now }: FollowedChannel,
): boolean {
  if (known === undefined || top === undefined || now === undefined) return false
  const isOnTheWay = known.offset < top.offset && top.offset <= now.offset
  return claim === undefined && isOnTheWay && top.epoch === now.epoch
}
