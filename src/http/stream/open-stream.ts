import { encodeClosing, encodeRefusal } from '../../hub/encode-system-event.ts'
import { closingFrame } from '../../hub/frame.ts'
import type { RequestRecord } from '../../hub/hub-observer.ts'
import type { ConnectTrace } from '../../hub/stream-tracing.ts'
import type { StreamSocket } from '../connection/stream-socket.ts'
import type { RefusalReason } from '../http-observer.ts'
import type { Service } from '../service.ts'
import { admitStream, refuseIfDraining, type StreamAdmission } from './admission.ts'
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
 * Opens a stream on its connection, or refuses it there with an event: at once, where its admission is decided at once.
 * Here and below, nothing can be answered with a status any more: what fails ends the stream. Never throws.
 */
export function openStream(service: Service, asked: AskedStream, sink: StreamSocket): void {
  const { request, connect, query } = asked
  try {
    const { channels } = query.selection
    const admission = admitStream(service, { request, connect, channels })
    if (admission instanceof Promise) void openLater(service, asked, admission, sink)
    else openAdmitted(service, asked, admission, sink)
  } catch (error) {
    fail(service, asked, error, sink)
  }
}

/** Never rejects. */
async function openLater(
  service: Service,
  asked: AskedStream,
  admission: Promise<StreamAdmission>,
  sink: StreamSocket,
): Promise<void> {
  try {
    openAdmitted(service, asked, await admission, sink)
  } catch (error) {
    fail(service, asked, error, sink)
  }
}

/** As `openStream`, once the admission is decided. `sink` is undefined where the client has left. Never throws. */
export function openAdmitted(
  service: Service,
  asked: AskedStream,
  admission: StreamAdmission,
  sink: StreamSocket | undefined,
): void {
  try {
    if (sink === undefined || sink.isGone) asked.connect?.end({ kind: 'gone' })
    else startOrRefuse(service, asked, admission, sink)
  } catch (error) {
    fail(service, asked, error, sink)
  } finally {
    // Without effect where the stream has taken it over. Not by `using`, which takes longer than all of this.
    if (admission.kind === 'admitted') admission.slot.release()
  }
}

function startOrRefuse(
  service: Service,
  asked: AskedStream,
  admission: StreamAdmission,
  sink: StreamSocket,
): void {
  const { query, request, connect, pollPath } = asked
  const admitted = refuseIfDraining(service, request, admission)
  if (admitted.kind === 'refused') {
    void refuse(service, asked, admitted.reason, sink)
    return
  }
  const { selection, start, ping, ignored } = query
  const { slot } = admitted
  const wishes = { start, ping, ignored, request, connect, pollPath, slot }
  service.hub.open(selection, sink, wishes)
  // The answer of a log in memory comes within this turn, and leaves together with the head.
  if (sink.isHeadUnsent) setImmediate(sendHead, sink)
}

/** Never rejects. */
async function refuse(
  service: Service,
  asked: AskedStream,
  reason: RefusalReason,
  sink: StreamSocket,
): Promise<void> {
  const { selection, start } = asked.query
  try {
    // To find the cursor may take as long as the log's answer.
    setImmediate(sendHead, sink)
    const cursor = await cursorOfRefusal(service, selection.channels, start)
    const retry = retryAfter(service, reason)
    const blocks = encodeRefusal({ reason, retry, cursor, poll: asked.pollPath(cursor) })
    sink.end(closingFrame(blocks, selection.framing))
    asked.connect?.end({ kind: 'refused', reason })
  } catch (error) {
    fail(service, asked, error, sink)
  }
}

function fail(
  service: Service,
  { query, connect }: AskedStream,
  error: unknown,
  sink: StreamSocket | undefined,
): void {
  service.observer.failed(error)
  const blocks = encodeClosing('fault', service.retryAfter('fault'))
  sink?.end(closingFrame(blocks, query.selection.framing))
  connect?.end({ kind: 'closed', reason: 'fault', error })
}

function sendHead(sink: StreamSocket): void {
  sink.sendHead()
}
