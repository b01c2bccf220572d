import type { AdmissionResult } from '../../capacity/admission.ts'
import type { RequestRecord } from '../../hub/hub-observer.ts'
import type { RefusalReason } from '../http-observer.ts'
import type { Service } from '../service.ts'

export type StreamAdmission = AdmissionResult<RefusalReason>

/** Takes a slot, or gives the reason for a refusal, of which it tells the observer. */
export async function admitStream(
  service: Service,
  request: RequestRecord,
  channels: readonly string[],
): Promise<StreamAdmission> {
  const admission = await decide(service, request, channels)
  if (admission.kind === 'refused') service.observer.refused('stream', admission.reason, request)
  return admission
}

/** A drain may have begun while the request waited for its turn on the connection. */
export function refuseIfDraining(
  { drain, observer }: Service,
  request: RequestRecord,
  admission: StreamAdmission,
): StreamAdmission {
  if (admission.kind === 'refused' || !drain.isDraining) return admission
  observer.refused('stream', 'drain', request)
  return { kind: 'refused', reason: 'drain' }
}

async function decide(
  { drain, log, admission }: Service,
  request: RequestRecord,
  channels: readonly string[],
): Promise<StreamAdmission> {
  if (drain.isDraining) return { kind: 'refused', reason: 'drain' }
  // The hub may still hold the channel's events, but not know its newest ones.
  if (!channels.every((channel) => log.reaches(channel))) return { kind: 'refused', reason: 'log' }
  return admission.admitStream(request)
}
