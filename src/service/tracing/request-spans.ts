import type { ServeConfig } from '../../config/serve/serve-table.ts'
import type { RefusalReason, Refused } from '../../http/http-observer.ts'
import type { PublishStart, PublishTrace, RequestTracing } from '../../http/request-tracing.ts'
import type { RequestRecord, StreamRecord } from '../../hub/hub-observer.ts'
import type { ConnectTrace } from '../../hub/stream-tracing.ts'
import type { ServiceObserver } from '../observe-all.ts'
import { OpenConnects } from './open-connects.ts'
import { end, type SpanWriter } from './span-writer.ts'
import type { TraceBudget } from './trace-budget.ts'
import { describeOutcome, startConnectSpan, ConnectSpan } from './connect-span.ts'
import { tracePublish } from './publish-span.ts'

/** Traces requests. As an observer, it learns of refusals and gaps. */
export class RequestSpans implements RequestTracing, ServiceObserver {
  readonly #spans: SpanWriter
  readonly #budget: TraceBudget
  readonly #trust: ServeConfig['traceTrust']
  readonly #connects = new OpenConnects()

  constructor(spans: SpanWriter, budget: TraceBudget, trust: ServeConfig['traceTrust']) {
    this.#spans = spans
    this.#budget = budget
    this.#trust = trust
  }

  /** Number of streams whose opening is being traced. */
  get open(): number {
    return this.#connects.size
  }

  publish(start: PublishStart): PublishTrace | undefined {
    const parent = this.#trust === 'nobody' ? undefined : start.request.trace
    if (!this.#budget.publish(parent, start.isForced)) return undefined
    return tracePublish(this.#spans, start, parent)
  }

  connect(request: RequestRecord): ConnectTrace | undefined {
    const parent = this.#parentOfStream(request)
    if (!this.#budget.connect(parent)) return undefined
    const connect = new ConnectSpan(this.#spans, request, parent, this.#connects)
    this.#connects.add(connect)
    return connect
  }

  gapped({ request }: StreamRecord): void {
    this.#connects.find(request.span)?.gapped()
  }

  /** Many clients may be refused at once, and most of their requests are not traced from the beginning. */
  refused(what: Refused, reason: RefusalReason, request: RequestRecord): void {
    if (what !== 'stream' || request.span !== undefined || !this.#budget.failure()) return
    const span = startConnectSpan(this.#spans, request, this.#parentOfStream(request))
    describeOutcome(span, { kind: 'refused', reason })
    end(span)
  }

  close(): void {
    this.#connects.close()
  }

  #parentOfStream({ trace }: RequestRecord) {
    return this.#trust === 'everyone' ? trace : undefined
  }
}
