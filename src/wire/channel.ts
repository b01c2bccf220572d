import { MAX_CHANNEL_LENGTH } from './limits.ts'

/** What a channel name is, in words. */
export const CHANNEL_NAME_FORM = `1 to ${MAX_CHANNEL_LENGTH} characters of A-Z a-z 0-9 . _ ~ : - that is not "." or ".."`

const CHANNEL_NAME = new RegExp(`^[A-Za-z0-9._~:-]{1,${MAX_CHANNEL_LENGTH}}$`)

/** `.` and `..` are no channel names, since proxies resolve them in a path before it reaches the service. */
export function isChannelName(text: string): boolean {
  return CHANNEL_NAME.test(text) && text !== '.' && text !== '..'
}

/**
 * The channels of one subscriber in the order of their positions in a cursor: byte order without duplicates.
 * For ASCII names that is JavaScript's own order of strings.
 */
export function channelOrder(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].toSorted((a, b) => (a < b ? -1 : 1))
}
