import type { Start } from '../../src/hub/reader.ts'
import type { StreamRequest, StreamSlot } from '../../src/hub/stream-context.ts'
import { readCursor } from '../../src/wire/cursor.ts'

/** The start of a client that sends back a text, in so many channels. */
export function resumeFrom(
  text: string | undefined,
  channels = 1,
  from: Start['from'] = 'latest',
): Start {
  return text === undefined ? { from } : { cursor: readCursor(text, channels), from }
}

/** A slot that reports its release, whoever has it. */
export function slotOf(release: () => void): StreamSlot {
  return { release, move: () => slotOf(release) }
}

/** The request of an anonymous client. */
export function streamRequest(start: Start, more: Partial<StreamRequest> = {}): StreamRequest {
  return {
    start,
    ping: false,
    ignored: undefined,
    request: {
      principal: '',
      address: '',
      requestedAt: performance.now(),
      trace: undefined,
      span: undefined,
    },
    connect: undefined,
    pollPath: String,
    slot: slotOf(() => undefined),
    ...more,
  }
}
