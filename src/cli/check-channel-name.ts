import { CHANNEL_NAME_FORM, isChannelName } from '../wire/channel.ts'
import { BadUse } from './command.ts'

/** `shown` is the name for a message. */
export function checkChannelName(name: string, shown: string): string {
  if (isChannelName(name)) return name
  throw new BadUse(`expected a channel name of ${CHANNEL_NAME_FORM}, got ${shown}`)
}
