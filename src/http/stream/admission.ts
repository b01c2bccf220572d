import type { AdmissionResult } from '../../capacity/admission.ts'
import type { RequestRecord } from '../../hub/hub-observer.ts'
import type { ConnectTrace } from '../../hub/stream-tracing.ts'
import type { RefusalReason } from '../http-observer.ts'
import type { Service } from '../service.ts'

export type StreamAdmission = AdmissionResult<RefusalReason>

/** A request for a stream, as far as its admission depends on it. */
interface Applicant {
  readonly request: RequestRecord
  readonly channels: readonly string[]
  readonly connect: ConnectTrace | undefined
}

/**
 * Takes a slot, or gives the reason for a refusal, of which it tells the observer: at once, unless the fleet has to be
 * asked about the client.
 */
export function admitStream(
  service: Service,
  applicant: Applicant,
): StreamAdmission | Promise<StreamAdmission> {
  const admission = decide(service, applicant)
  if (!(admission instanceof Promise)) return tell(service, applicant, admission)
  return admission.then((decided) => tell(service, applicant, decided))
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

function tell(
  { observer }: Service,
  { request, connect }: Applicant,
  admission: StreamAdmission,
): StreamAdmission {
  if (admission.kind === 'admitted') connect?.admitted()
  else observer.refused('stream', admission.reason, request)
  return admission
}

function decide(
  { drain, log, admission }: Service,
  { request, channels }: Applicant,
): StreamAdmission | Promise<StreamAdmission> {
  if (drain.isDraining) return { kind: 'refused', reason: 'drain' }
  // The hub may still hold the channel's events, but not know its newest ones.
  if (!channels.every((channel) => log.reaches(channel))) return { kind: 'refused', reason: 'log' }
  return admission.admitStream(request)
}
