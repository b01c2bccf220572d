import { isChannelName } from '../wire/channel.ts'
import { BadUse } from './command.ts'

/** `shown` is the name for a message. */
export function checkChannelName(name: string, shown: string): string {
  if (isChannelName(name)) return name
  throw new BadUse(
    `expected a channel name of 1 to 128 characters of A-Z a-z 0-9 . _ ~ : - that is not "." or "..", ` +
      `got ${shown}`,
  )
}
