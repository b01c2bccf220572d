import { AsyncLocalStorage } from 'node:async_hooks'
import { isSpanContextValid, type SpanContext, type Tracer } from '@opentelemetry/api'
import { resourceOf, type ApiCall, type Verb } from '../kube/api-call.ts'
import { formatKey, type ObjectKey } from '../objects/metadata.ts'
import type { ShedRecord } from '../reconcile/carry-out.ts'
import { ReconcileTrace } from './reconcile-trace.ts'

/** As KEP-5915 names it: the trace of whoever wrote the object. */
export const TRACE_ANNOTATION = 'tracing.k8s.io/traceparent'

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/
/** In ms, twice the longest pause after a failure: what is done later is no other attempt at the same. */
const FOLLOWED_FOR = 120_000
const READS: ReadonlySet<Verb> = new Set(['get', 'list', 'watch'])

/**
 * Traces reconciles. A request finds its reconcile by the asynchronous context: it passes through leadership, held
 * back writes, the port of the cluster and repeated attempts, none of which has another use for a trace. Only
 * reconciles run in such a context.
 */
export class ReconcileTracing {
  readonly #tracer: Tracer
  readonly #running = new AsyncLocalStorage<ReconcileTrace>()
  /** Of each fleet the last attempt that failed, until one writes. The oldest first. */
  readonly #failed = new Map<string, { readonly span: SpanContext; readonly at: number }>()

  constructor(tracer: Tracer) {
    this.#tracer = tracer
  }

  /** The span of the reconcile that the caller is a part of; undefined where it has none. */
  get span(): SpanContext | undefined {
    return this.#running.getStore()?.span
  }

  /** The span of the last attempt at a fleet that failed. */
  failedSpan(fleet: string): SpanContext | undefined {
    return this.#failed.get(fleet)?.span
  }

  /** Runs a reconcile. `traceparent`: of the object, if it has one. */
  async run<T>(
    fleet: ObjectKey,
    traceparent: string | undefined,
    reconcile: () => Promise<T>,
  ): Promise<T> {
    const key = formatKey(fleet)
    this.#forgetOld()
    const causes = [parseTraceparent(traceparent), this.failedSpan(key)]
    const trace = new ReconcileTrace(
      this.#tracer,
      fleet,
      causes.filter((cause) => cause !== undefined),
    )
    try {
      const result = await this.#running.run(trace, reconcile)
      trace.end()
      // A look that had to wait for the copies of the cluster is no attempt.
      if (trace.span !== undefined) this.#failed.delete(key)
      return result
    } catch (error) {
      trace.fail(error)
      this.#failed.delete(key)
      if (trace.span !== undefined)
        this.#failed.set(key, { span: trace.span, at: performance.now() })
      throw error
    }
  }

  /** A request to the API server was answered, or not if the status is undefined. */
  answered(call: ApiCall, status: number | undefined, duration: number): void {
    if ('path' in call || READS.has(call.verb)) return
    const { verb, namespace, name } = call
    const isGone = verb === 'delete' && status === 404
    const isGranted = status !== undefined && status < 400
    this.#running.getStore()?.wrote({
      name: `${verb} ${resourceOf(call)}`,
      attributes: {
        'runnel.api.verb': verb,
        'runnel.api.resource': resourceOf(call),
        ...(namespace === undefined ? {} : { 'k8s.namespace.name': namespace }),
        ...(name === undefined ? {} : { 'runnel.api.name': name }),
        ...(status === undefined ? {} : { 'http.response.status_code': status }),
      },
      duration,
      errorType: isGranted || isGone ? undefined : (status?.toString() ?? 'no-answer'),
      // What is sent anew, with other credentials or on another connection, is not refused.
      isRefused: !isGranted && !isGone && status !== undefined && status !== 401,
    })
  }

  /** A pod was asked to shed streams. */
  shed({ pod, request, outcome, duration }: ShedRecord): void {
    // Nothing was sent.
    if (!outcome.isDone && outcome.reason === 'no-token') return
    this.#running.getStore()?.wrote({
      name: 'shed',
      attributes: { 'k8s.pod.name': pod, 'runnel.shed.streams': request.count },
      duration,
      errorType: outcome.isDone ? undefined : outcome.reason,
      isRefused: !outcome.isDone,
    })
  }

  #forgetOld(): void {
    for (const [key, { at }] of this.#failed) {
      if (performance.now() - at < FOLLOWED_FOR) return
      this.#failed.delete(key)
    }
  }
}

function parseTraceparent(text: string | undefined): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(text ?? '') ?? []
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }
  return isSpanContextValid(context) ? context : undefined
}
