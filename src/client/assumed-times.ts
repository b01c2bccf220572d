/** The times that any client of a stream assumes, in ms. */
import { LIVE_SETTINGS } from '../schema/limits.ts'
import { millisecondsOf } from '../schema/milliseconds.ts'

/** Used until the service has sent its own. */
export const DEFAULT_RETRY = millisecondsOf(LIVE_SETTINGS.retry.default)
export const DEFAULT_HEARTBEAT = millisecondsOf(LIVE_SETTINGS.heartbeat.default)

/** Longest silence, in heartbeats: two may be missing, and half of one is for a slow network. */
export const MISSED_HEARTBEATS = 2.5
