/**
 * Most bytes of the block of an event, in any service: the highest `RUNNEL_MAX_EVENT`. A reader with a lower limit, such
 * as the decoder's default, could never go past a larger event that a service accepts.
 */
export const MAX_BLOCK_BYTES = 128 * 1024 * 1024
