import type { Start } from '../../src/hub/reader.ts'
import type { StreamRequest, StreamSlot } from '../../src/hub/stream-context.ts'

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
