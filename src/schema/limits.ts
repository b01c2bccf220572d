/** Bounds and defaults of the contract that documents, requests and settings share. */

/** Seconds that a poll may be held: below the 60 s after which many proxies time out. */
export const POLL_WAIT = { max: 55, default: 25 } as const

/** Events in the answer to a poll. */
export const POLL_EVENTS = { max: 1_000, default: 100 } as const

/** Most events in one publish. */
export const MAX_PUBLISHED_EVENTS = 500

/** Bytes of the body of a publish: the default of `RUNNEL_BODY_LIMIT`, and its highest value. */
export const BODY_LIMIT = { max: 64 * 1024 ** 2, default: 256 * 1024 } as const

/** Longest `Idempotency-Key`, in bytes. */
export const MAX_KEY_LENGTH = 128

/** The names in a query that mean nothing: how many an answer shows, and the most bytes of UTF-8 of each. */
export const IGNORED_NAMES = { max: 8, bytes: 64 } as const

/** Settings that a pod starts with, and that a StreamCapacity changes while it runs. */
export const LIVE_SETTINGS = {
  maxAge: { min: '100ms', max: '168h', default: '1h' },
  heartbeat: { min: '50ms', max: '10m', default: '15s' },
  retry: { min: '0s', max: '1h', default: '3s' },
  perPrincipal: { min: 1, max: 1_000_000, default: 50 },
  historyEvents: { min: 1, max: 100_000, default: 1_000 },
  historyAge: { min: '50ms', max: '168h', default: '1h' },
  drainWindow: { min: '0s', max: '1h', default: '20s' },
} as const
