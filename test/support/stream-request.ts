import type { Start } from '../../src/hub/reader.ts'
import type { StreamRequest } from '../../src/hub/stream-context.ts'

/** The request of an anonymous client. */
export function streamRequest(start: Start, more: Partial<StreamRequest> = {}): StreamRequest {
  return {
    start,
    ping: false,
    request: {
      principal: '',
      address: '',
      requestedAt: performance.now(),
      trace: undefined,
      span: undefined,
    },
    connect: undefined,
    pollPath: String,
    slot: { release: () => undefined },
    ...more,
  }
}
