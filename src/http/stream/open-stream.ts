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
 * Opens a stream on its connection, or refuses it there with an event: at once, where its admission is decided at
 * once. Here and below, nothing can be answered with a status any more: what fails ends the stream. Never throws.
 */
export function openStream(service: Service, asked: AskedStream, sink: StreamSocket): void {
  const { request, connect, query } = asked
  try {
    const { channels } = query.selection
    const admission = admitStream(service, { request, connect, channels })
    if (admission instanceof Promise) void openAfter(service, asked, admission, sink)
    else open(service, asked, admission, sink)
  } catch (error) {
    fail(service, asked, error, sink)
  }
}

/**
 * As `openStream`, once admission and connection are there, of which `undefined` is one that the client has left. Never
 * rejects.
 */
export async function openAfter(
  service: Service,
  asked: AskedStream,
  admission: StreamAdmission | Promise<StreamAdmission>,
  connection: StreamSocket | Promise<StreamSocket | undefined>,
): Promise<void> {
  let admitted: StreamAdmission | undefined
  let sink: StreamSocket | undefined
  try {
    admitted = await admission
    sink = await connection
  } catch (error) {
    if (admitted?.kind === 'admitted') admitted.slot.release()
    // Where admission has failed, nobody has waited for it yet.
    sink = await Promise.resolve(connection).catch(() => undefined)
    fail(service, asked, error, sink)
    return
  }
  open(service, asked, admitted, sink)
}

function open(
  service: Service,
  asked: AskedStream,
  admission: StreamAdmission,
  sink: StreamSocket | undefined,
): void {
  const { query, request, connect, pollPath } = asked
  const { start, ping, ignored } = query
  try {
    const admitted = refuseIfDraining(service, request, admission)
    if (sink === undefined || sink.isGone) connect?.end({ kind: 'gone' })
    else if (admitted.kind === 'refused') void refuse(service, asked, admitted.reason, sink)
    else {
      const { slot } = admitted
      const wishes = { start, ping, ignored, request, connect, pollPath, slot }
      service.hub.open(query.selection, sink, wishes)
      // The answer of a log in memory comes within this turn, and leaves together with the head.
      if (sink.isHeadUnsent) setImmediate(sendHead, sink)
    }
  } catch (error) {
    fail(service, asked, error, sink)
  } finally {
    // Without effect where the stream has taken it over. Not by `using`, which takes longer than all of this.
    if (admission.kind === 'admitted') admission.slot.release()
  }
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
