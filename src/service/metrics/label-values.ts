import type { RefusalReason, Refused } from '../../http/http-observer.ts'
import { CLOSED_BY, type CloseReason, type StreamRecord } from '../../hub/hub-observer.ts'
import type { ConnectionRole } from '../../redis/connection-states.ts'
import { TROUBLE_CODES } from '../../redis/trouble-codes.ts'
import { gapDocument } from '../../schema/system-events.ts'

/** The values that labels may have. All sets are closed, so that no client can make new series. */

/** How a stream began: without a cursor, from its cursor, or behind a gap. */
export const RESUMES = [
  'none',
  'resumed',
  'gap',
] as const satisfies readonly StreamRecord['resume'][]

export const CLOSE_REASONS = Object.keys(CLOSED_BY).filter(
  (reason): reason is CloseReason => reason in CLOSED_BY,
)

export const REFUSED = ['stream', 'poll', 'publish'] as const satisfies readonly Refused[]
export const REFUSAL_REASONS = [
  'limit',
  'client',
  'log',
  'drain',
] as const satisfies readonly RefusalReason[]

export const PUBLISH_OUTCOMES = [
  'accepted',
  'repeated',
  'key-reused',
  'too-large',
  'full',
  'failed',
] as const
export type PublishOutcome = (typeof PUBLISH_OUTCOMES)[number]

export const POLL_OUTCOMES = ['answered', 'empty', 'failed'] as const
export type PollOutcome = (typeof POLL_OUTCOMES)[number]

export const GAP_REASONS = gapDocument.shape.reason.options

export const LOG_TROUBLES = TROUBLE_CODES

export const REDIS_ROLES = [
  'commands',
  'notifications',
] as const satisfies readonly ConnectionRole[]

/** The routes of the public listener, but for health checks. A stream counts only if it is answered with a status. */
export const ROUTES = [
  '/publish/:channel',
  '/poll',
  '/poll/:channel',
  '/stream',
  '/stream/:channel',
  '/openapi.json',
  '/',
] as const

/** Whatever is in none of the sets above. */
export const OTHER = 'other'
