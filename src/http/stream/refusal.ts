import type { RequestRecord } from '../../hub/hub-observer.ts'
import type { Start } from '../../hub/reader.ts'
import { LogUnavailable } from '../../log/event-log.ts'
import { NO_POSITION, repeatCursor } from '../../wire/cursor.ts'
import type { RefusalReason } from '../http-observer.ts'
import { unavailable } from '../problem.ts'
import type { Service } from '../service.ts'
import type { StreamAdmission } from './admission.ts'

/** A request for a stream, from a client that asks for a status. */
interface StatusRequest {
  readonly request: RequestRecord
  readonly channels: readonly string[]
  readonly from: Start
}

/** Throws the reason that a stream would be refused for. */
export async function refuseWithStatus(
  service: Service,
  { request, channels, from }: StatusRequest,
  admission: StreamAdmission,
): Promise<void> {
  if (admission.kind === 'refused') {
    const { reason } = admission
    throw unavailable(`this pod takes no stream now: ${reason}`, retryAfter(service, reason))
  }
  try {
    await service.hub.locate(channels, from)
  } catch (error) {
    if (error instanceof LogUnavailable) service.observer.refused('stream', 'log', request)
    throw error
  }
}

/** Jittered, in ms. */
export function retryAfter(service: Service, refusal: RefusalReason): number {
  // A pod that drains has no slot to give, so its new clients wait as at the limit.
  return service.retryAfter(refusal === 'drain' ? 'limit' : refusal)
}

/**
 * The cursor that a refused client comes back with: its own, else the position where its stream would have started.
 * `none` in place of a cursor that cannot be parsed: a position would hide the gap that the client has yet to get.
 */
export async function cursorOfRefusal(
  service: Service,
  channels: readonly string[],
  from: Start,
): Promise<string> {
  if (from.cursor !== undefined) return repeatCursor(from.cursor)
  try {
    return await service.hub.locate(channels, from)
  } catch (error) {
    if (!(error instanceof LogUnavailable)) service.observer.failed(error)
    return NO_POSITION
  }
}
