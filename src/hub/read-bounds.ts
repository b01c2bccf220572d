/**
 * Most events and bytes of one read of the log: so many that a usual history takes few reads, so few that many readers at
 * different offsets find room for what they have read.
 */
export const READ_BOUNDS = { maxEvents: 1_000, maxBytes: 256 * 1024 } as const
