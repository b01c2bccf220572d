import { vi } from 'vitest'
import type {
  CloseReason,
  HubObserver,
  RequestRecord,
  StreamRecord,
} from '../../src/hub/hub-observer.ts'
import { Hub } from '../../src/hub/hub.ts'
import { HubClient } from './clients/hub-client.ts'
import { NO_OBSERVER } from './no-observer.ts'
import { RecordingTracing, traceContext } from './recording-tracing.ts'
import { ScriptedLog } from './scripted-log.ts'

/** A hub on a scripted log, with a record of the calls of its observer and its tracing. */
export class TestHub implements Disposable {
  readonly log = new ScriptedLog()
  readonly tracing = new RecordingTracing()
  /** May be changed at any time, as a capacity file does. */
  readonly settings = {
    heartbeat: 15_000,
    retry: 3_000,
    maxAge: 3_600_000,
    flushInterval: 0,
    subscriberBuffer: 256 * 1024,
    subscriberStall: 30_000,
    historyEvents: 1_000,
  }
  readonly opened: { readonly stream: StreamRecord; readonly resume: StreamRecord['resume'] }[] = []
  readonly closed: {
    readonly stream: StreamRecord
    readonly reason: CloseReason
    readonly error: unknown
  }[] = []
  /** Streams that were refused, since the log could not be reached. */
  readonly refused: RequestRecord[] = []
  /** The reasons of closing events, in order. */
  readonly sentAway: string[] = []
  readonly hub: Hub

  /** `observer` is told besides the record. */
  constructor(readMemory = 64 * 1024 ** 2, observer: Partial<HubObserver> = {}) {
    this.hub = new Hub({
      log: this.log,
      settings: () => this.settings,
      memory: { readMemory, bodyLimit: 256 * 1024 },
      observer: {
        ...NO_OBSERVER,
        ...observer,
        opened: (stream) => this.opened.push({ stream, resume: stream.resume }),
        closed: (stream, reason, error) => this.closed.push({ stream, reason, error }),
        refused: (_what, _reason, request) => this.refused.push(request),
      },
      tracing: this.tracing,
      retryAfterClose: (reason) => {
        this.sentAway.push(reason)
        return 777
      },
    })
    this.hub.start()
  }

  newClient(channels: readonly string[] = ['a'], framing: 'raw' | 'chunked' = 'raw'): HubClient {
    return new HubClient(this.log.history.ledger, channels, framing)
  }

  /** Appends traced events, all of one append. Returns their positions. */
  publishTraced(
    channel: string,
    traceNumber: number,
    ...data: readonly string[]
  ): readonly string[] {
    const trace = traceContext(traceNumber)
    const events = data.map((text) => ({ name: 'message', data: text, trace }))
    const { epoch, first } = this.log.history.append(channel, events)
    return data.map((_, index) => `${epoch}-${first + index}`)
  }

  isAtTop(client: HubClient): boolean {
    return client.isAt(client.channels.map((channel) => this.log.history.top(channel)))
  }

  [Symbol.dispose](): void {
    this.hub.close()
  }
}

/** Replaces timers and the clock, which `pass` then moves; turns of the event loop stay real. */
export function holdClock(): Disposable & { pass(milliseconds: number): void } {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
  })
  return {
    pass: (milliseconds) => {
      vi.advanceTimersByTime(milliseconds)
    },
    [Symbol.dispose]: () => {
      vi.useRealTimers()
    },
  }
}
