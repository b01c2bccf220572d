import { z } from 'zod'

/** A span as Jaeger gives it back. Times in ms since 1970, with fractions. */
export interface Span {
  readonly traceId: string
  readonly spanId: string
  /** Empty for the root of a trace. */
  readonly parentId: string
  readonly name: string
  /** The process that has written it. */
  readonly process: string
  readonly start: number
  readonly end: number
  readonly isError: boolean
  readonly attributes: ReadonlyMap<string, string>
}

const value = z
  .object({
    stringValue: z.string(),
    intValue: z.union([z.string(), z.number()]),
    doubleValue: z.union([z.number(), z.string()]),
    boolValue: z.boolean(),
  })
  .partial()

const attributes = z.array(z.object({ key: z.string(), value })).default([])

/** 64-bit numbers are strings in OTLP's JSON (protobuf's JSON mapping), since a double has 53 bits. */
const nanoseconds = z.union([z.string().regex(/^\d+$/), z.number()]).transform(BigInt)

const traceId = id(32)
const spanId = id(16)

const span = z.object({
  traceId,
  spanId,
  parentSpanId: z.union([z.literal(''), spanId]).default(''),
  name: z.string(),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
  status: z.object({ code: z.union([z.number(), z.string()]).default(0) }).default({ code: 0 }),
})

/** The answer of `/api/v3/traces`: OTLP in JSON, in an envelope. */
const answer = z.object({
  result: z.object({
    resourceSpans: z
      .array(
        z.object({
          resource: z.object({ attributes }).default({ attributes: [] }),
          scopeSpans: z.array(z.object({ spans: z.array(span).default([]) })).default([]),
        }),
      )
      .default([]),
  }),
})

function id(digits: number) {
  const form = new RegExp(`^(?!0+$)[0-9a-f]{${digits}}$`, 'i')
  return z
    .string()
    .regex(form, `expected an id of ${digits} hexadecimal digits that are not all 0`)
    .toLowerCase()
}

const ERRORS: readonly unknown[] = [2, 'STATUS_CODE_ERROR']

/**
 * The spans of an answer, by trace, oldest trace first. Throws if it is no such answer, with the first problem and its
 * place.
 */
export function parseTraces(document: unknown): readonly (readonly Span[])[] {
  const { data, error } = answer.safeParse(document)
  if (error !== undefined) throw new Error(describeProblem(error), { cause: error })
  const { resourceSpans } = data.result
  const spans = resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const process = nameOfProcess(toMap(resource.attributes))
    return scopeSpans.flatMap((scope) => scope.spans.map((each) => toSpan(each, process)))
  })
  return [...Map.groupBy(spans, (each) => each.traceId).values()]
    .map(onceEach)
    .toSorted((one, other) => startOf(one) - startOf(other))
}

/** Exporters repeat what they cannot be sure has arrived, so that a span may be stored twice. */
function onceEach(spans: readonly Span[]): readonly Span[] {
  return [...new Map(spans.map((each) => [each.spanId, each])).values()]
}

export function startOf(spans: readonly Span[]): number {
  return spans.reduce((least, { start }) => Math.min(least, start), Infinity)
}

export function endOf(spans: readonly Span[]): number {
  return spans.reduce((most, { end }) => Math.max(most, end), -Infinity)
}

function describeProblem({ issues }: z.ZodError): string {
  const { path = [], message } = issues[0] ?? {}
  return `${path.join('.')}: ${message}`
}

function toSpan(written: z.output<typeof span>, process: string): Span {
  return {
    traceId: written.traceId,
    spanId: written.spanId,
    parentId: written.parentSpanId,
    name: written.name,
    process,
    start: milliseconds(written.startTimeUnixNano),
    end: milliseconds(written.endTimeUnixNano),
    isError: ERRORS.includes(written.status.code),
    attributes: toMap(written.attributes),
  }
}

/** Microseconds are kept: nanoseconds since 1970 would not fit. */
function milliseconds(nano: bigint): number {
  return Number(nano / 1_000n) / 1_000
}

function toMap(written: z.output<typeof attributes>): ReadonlyMap<string, string> {
  return new Map(
    written.map(({ key, value: { stringValue, intValue, doubleValue, boolValue } }) => [
      key,
      String(stringValue ?? intValue ?? doubleValue ?? boolValue ?? ''),
    ]),
  )
}

/** The pod where it is known, else the most telling name that there is. */
function nameOfProcess(resource: ReadonlyMap<string, string>): string {
  const names = ['k8s.pod.name', 'service.instance.id', 'host.name', 'service.name']
  return names.map((name) => resource.get(name)).find((name) => name !== undefined) ?? 'unknown'
}
