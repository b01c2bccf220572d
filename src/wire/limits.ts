/** The bounds of names, cursors and blocks, for all that write, read or describe them. Imports nothing. */

/** Longest channel name, in characters (all of them ASCII, so in bytes too). */
export const MAX_CHANNEL_LENGTH = 128

/** Most channels one subscriber may name: 16 positions stay far below the 1 KiB of a cursor. */
export const MAX_CHANNELS = 16

/** Longest event name, in bytes of UTF-8. */
export const MAX_EVENT_NAME_BYTES = 128

/** Longest cursor that is parsed, in characters. */
export const MAX_CURSOR_LENGTH = 1024

/**
 * Most bytes of the block of an event, in any service: the highest `RUNNEL_MAX_EVENT`. A reader with a lower limit, such
 * as the decoder's default, could never go past a larger event that a service accepts.
 */
export const MAX_BLOCK_BYTES = 128 * 1024 * 1024
