/** Traces in the JSON of OTLP, as far as they are looked at. What is empty may be absent. */
interface Traces {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly Attribute[] }
    readonly scopeSpans?: readonly { readonly spans?: readonly Span[] }[]
  }[]
}

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string }
}

interface Span {
  readonly traceId: string
  readonly name: string
}

export interface SharedTrace {
  readonly traceId: string
  readonly pods: readonly string[]
}

/** The span of a pod that hands an event to its subscribers. */
const FAN_OUT = 'fan-out'
/** In ms. */
const PERIOD = 15_000
/** A search answers with the newest traces alone, so each period is searched by itself. */
const TRACES_A_PERIOD = 10

/** Of the traces since a moment that a Jaeger has, one whose fan-out most pods took part in; undefined unless two did. */
export async function findSharedTrace(
  jaeger: string,
  since: Date,
): Promise<SharedTrace | undefined> {
  let most: SharedTrace | undefined
  for (let from = since.getTime(); from < Date.now(); from += PERIOD) {
    const traces = await readTraces(jaeger, new Date(from), new Date(from + PERIOD))
    for (const [traceId, pods] of podsByTrace(traces)) {
      if (pods.size > Math.max(1, most?.pods.length ?? 0)) most = { traceId, pods: [...pods] }
    }
  }
  return most
}

function podsByTrace({ resourceSpans = [] }: Traces): ReadonlyMap<string, ReadonlySet<string>> {
  const pods = new Map<string, Set<string>>()
  for (const { resource, scopeSpans = [] } of resourceSpans) {
    const pod = podOf(resource?.attributes)
    const spans = scopeSpans.flatMap(({ spans: found = [] }) => found)
    for (const { traceId, name } of spans) {
      if (name !== FAN_OUT || pod === undefined) continue
      pods.set(traceId, (pods.get(traceId) ?? new Set()).add(pod))
    }
  }
  return pods
}

function podOf(attributes: readonly Attribute[] = []): string | undefined {
  return attributes.find(({ key }) => key === 'k8s.pod.name')?.value.stringValue
}

async function readTraces(jaeger: string, from: Date, to: Date): Promise<Traces> {
  const query = new URLSearchParams({
    'query.service_name': 'runnel',
    'query.operation_name': FAN_OUT,
    'query.start_time_min': from.toISOString(),
    'query.start_time_max': to.toISOString(),
    // Later releases call the limit by its second name.
    'query.num_traces': String(TRACES_A_PERIOD),
    'query.search_depth': String(TRACES_A_PERIOD),
  })
  const response = await fetch(`${jaeger}/api/v3/traces?${query.toString()}`)
  const text = await response.text()
  // Jaeger has no trace of that time.
  if (response.status === 404) return {}
  if (!response.ok) throw new Error(`Jaeger answers ${response.status}: ${text}`)
  return (JSON.parse(text) as { readonly result: Traces }).result
}
