import type { Context } from 'koa'
import { CHANNEL_NAME_FORM, isChannelName } from '../wire/channel.ts'
import { Problem } from './problem.ts'

/** The value of `:channel` in the path of the route; undefined where it has none. */
export function pathChannel(ctx: Context): string | undefined {
  const params: unknown = ctx['params']
  if (typeof params !== 'object' || params === null || !('channel' in params)) return undefined
  return String(params.channel)
}

/** Returns the name. Throws 400 for what is none. */
export function checkChannel(name: string): string {
  if (isChannelName(name)) return name
  throw new Problem(400, `expected a channel name of ${CHANNEL_NAME_FORM}`)
}
