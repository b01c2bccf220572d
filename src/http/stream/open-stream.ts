import { encodeClosing, encodeRefusal } from '../../hub/encode-system-event.ts'
import { closingFrame } from '../../hub/frame.ts'
import type { RequestRecord } from '../../hub/hub-observer.ts'
import type { ConnectOutcome, ConnectTrace } from '../../hub/stream-tracing.ts'
import type { StreamSocket } from '../connection/stream-socket.ts'
import type { Service } from '../service.ts'
import { refuseIfDraining, type StreamAdmission } from './admission.ts'
import { cursorOfRefusal, retryAfter } from './refusal.ts'
import type { StreamQuery } from './stream-query.ts'

/** A good request for a stream. */
export interface AskedStream {
  readonly query: StreamQuery
  readonly request: RequestRecord
  /** The trace of its opening, which ends here unless the hub takes it over. */
  readonly connect: ConnectTrace | undefined
  /** Reference to a poll that goes on from a cursor. */
  readonly pollPath: (cursor: string) => string
}

/**
 * Opens a stream on its connection, or refuses it there with an event. From here on nothing can be answered with a
 * status: what fails ends the stream, too. Never rejects. `sink` is undefined where the client has left.
 */
export async function openStream(
  service: Service,
  asked: AskedStream,
  admission: StreamAdmission | Promise<StreamAdmission>,
  sink: StreamSocket | undefined,
): Promise<void> {
  let outcome: ConnectOutcome | undefined
  try {
    const admitted = await admission
    // Released at the end, unless the stream has taken it over.
    using _slot = admitted.kind === 'admitted' ? admitted.slot : undefined
    if (sink === undefined || sink.isGone) outcome = { kind: 'gone' }
    else outcome = await start(service, asked, admitted, sink)
  } catch (error) {
    service.observer.failed(error)
    const blocks = encodeClosing('fault', service.retryAfter('fault'))
    sink?.end(closingFrame(blocks, asked.query.selection.framing))
    outcome = { kind: 'closed', reason: 'fault', error }
  }
  if (outcome !== undefined) asked.connect?.end(outcome)
}

/** Resolves to undefined where the hub has taken over stream and trace. */
async function start(
  service: Service,
  { query, request, connect, pollPath }: AskedStream,
  admission: StreamAdmission,
  sink: StreamSocket,
): Promise<ConnectOutcome | undefined> {
  const { selection, start: from, ping, ignored } = query
  const admitted = refuseIfDraining(service, request, admission)
  if (admitted.kind === 'admitted') {
    const { slot } = admitted
    const wishes = { start: from, ping, ignored, request, connect, pollPath, slot }
    service.hub.open(selection, sink, wishes)
    // The answer of a log in memory comes within this turn, and leaves together with the head.
    if (sink.isHeadUnsent) setImmediate(sendHead, sink)
    return undefined
  }
  const { reason } = admitted
  // To find the cursor may take as long as the log's answer.
  setImmediate(sendHead, sink)
  const cursor = await cursorOfRefusal(service, selection.channels, from)
  const retry = retryAfter(service, reason)
  const blocks = encodeRefusal({ reason, retry, cursor, poll: pollPath(cursor) })
  sink.end(closingFrame(blocks, selection.framing))
  return { kind: 'refused', reason }
}

function sendHead(sink: StreamSocket): void {
  sink.sendHead()
}
