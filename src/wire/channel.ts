/** Longest channel name, in characters (all of them ASCII, so in bytes too). */
export const MAX_CHANNEL_LENGTH = 128

/** Most channels one subscriber may name: 16 positions stay far below the 1 KiB of a cursor. */
export const MAX_CHANNELS = 16

const CHANNEL_NAME = /^[A-Za-z0-9._~:-]{1,128}$/

/** Dot names are refused because proxies resolve `.` and `..` in a path before it reaches us. */
export function isChannelName(text: string): boolean {
  return CHANNEL_NAME.test(text) && text !== '.' && text !== '..'
}

/**
 * The channels of one subscriber in the order their positions take in a cursor: byte order, which for
 * ASCII names is JavaScript's own order of strings, duplicates removed.
 */
export function channelOrder(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].toSorted((a, b) => (a < b ? -1 : 1))
}
