import { randomId } from '../../lib/random-id.ts'
import type { ChannelKeys } from '../../redis/keys.ts'
import type { Refusals } from '../../redis/refusals.ts'
import { Script } from '../../redis/script.ts'
import type { Servers } from '../../redis/servers.ts'
import type { FollowedChannel } from './followed-channel.ts'
import type { KnownTops } from './known-tops.ts'
import { POSITION_CHECK_SCRIPT } from './position-check-script.ts'
import { asArray } from './parse-replies.ts'
import { isSame, parseStanding, type Standing, type Top } from './channel-top.ts'

const POSITION = new Script(POSITION_CHECK_SCRIPT)

/** Checks whether the log still holds the known top of a channel, where its standing does not show it. */
export class PositionChecks {
  readonly #servers: Servers
  readonly #refusals: Refusals
  readonly #known: KnownTops

  constructor(servers: Servers, refusals: Refusals, known: KnownTops) {
    this.#servers = servers
    this.#refusals = refusals
    this.#known = known
  }

  /**
   * `known` is the top that was known when the standing was `read`. Resolves to the standing of the channel
   * after the log has opened an epoch, if one was needed; never rejects.
   */
  async verify(
    followed: FollowedChannel,
    known: Top | undefined,
    read: Standing,
  ): Promise<Standing> {
    try {
      const isToAsk = leavesOpen(known, read) && !haveLed(known, read.top, followed)
      const standing = isToAsk ? await this.#ask(followed.keys, known) : read
      if (followed.claim === known) followed.claim = undefined
      if (isToAsk && standing.top !== undefined) {
        this.#known.replace(followed.channel, known, standing.top)
      }
      return standing
    } catch (error) {
      // Such as a server that takes no writes for now: the next check asks again.
      this.#refusals.note(error)
      followed.claim ??= known
      return read
    }
  }

  /** The log opens an epoch where it stands behind the known top. */
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

/**
 * Whether a standing does not show if the log holds the known top, or in which incarnation a channel is
 * unwritten.
 */
function leavesOpen(known: Top | undefined, { top, incarnations }: Standing): boolean {
  return top === undefined ? incarnations.length === 0 : known !== undefined && !isSame(known, top)
}

/** Whether notifications have led from the known top to the present one, each following on the last. */
function haveLed(
  known: Top | undefined,
  top: Top | undefined,
  { claim, top: now }: FollowedChannel,
): boolean {
  if (known === undefined || top === undefined || now === undefined) return false
  const isOnTheWay = known.offset < top.offset && top.offset <= now.offset
  return claim === undefined && isOnTheWay && top.epoch === now.epoch
}
