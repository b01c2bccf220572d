import { quote } from '../config/parsed.ts'
import { isChannelName } from '../wire/channel.ts'
import { BadUse } from './command.ts'

export function checkChannelName(name: string): string {
  if (isChannelName(name)) return name
  throw new BadUse(
    `expected a channel name of 1 to 128 characters of A-Z a-z 0-9 . _ ~ : - that is not "." or "..", ` +
      `got ${quote(name)}`,
  )
}
