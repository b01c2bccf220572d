import type { TracedSpan } from './otlp-spans.ts'

/** A span by its name, kind and pod, with those below it. */
export interface SpanNode {
  readonly span: string
  readonly below: readonly SpanNode[]
}

/**
 * The shape of a trace, which does not depend on times: siblings are in the order of their texts. Spans whose parents
 * are missing are roots.
 */
export function forestOf(spans: readonly TracedSpan[]): readonly SpanNode[] {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const children = Map.groupBy(spans, ({ parentSpanId }) =>
    parentSpanId !== undefined && ids.has(parentSpanId) ? parentSpanId : '',
  )
  const nodesUnder = (id: string): readonly SpanNode[] =>
    (children.get(id) ?? [])
      .map((span) => ({ span: describe(span), below: nodesUnder(span.spanId) }))
      .toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
  return nodesUnder('')
}

function describe({ name, kind, resource }: TracedSpan): string {
  return `${name} ${kind} ${String(resource['k8s.pod.name'])}`
}
