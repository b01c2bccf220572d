/** The trace that an event belongs to, as the W3C recommendation Trace Context writes it in two headers. */

export interface TraceContext {
  /** 55 characters of version 00: `00-<trace id>-<parent id>-<flags>`. */
  readonly traceparent: string
  /** Fields of tracing systems; 1 to `MAX_TRACESTATE` bytes of ASCII. */
  readonly tracestate?: string
}

/** The ids of a span in hexadecimal: 32 and 16 digits. */
export interface SpanIds {
  readonly traceId: string
  readonly spanId: string
}

/** The recommendation asks for no more to be passed on. */
export const MAX_TRACESTATE = 512
/** Bytes of both. */
export const MAX_TRACE_CONTEXT = 55 + MAX_TRACESTATE

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const KEY = '[a-z0-9][a-z0-9_\\-*/@]{0,255}'
const VALUE = '[ -+\\--<>-~]{0,255}[!-+\\--<>-~]'
const TRACESTATE_MEMBER = new RegExp(`^${KEY}=${VALUE}$`)
const MAX_MEMBERS = 32

/**
 * Undefined without a valid `traceparent`: as the recommendation has it, the trace then begins anew, and
 * whatever came with it is no error. A `tracestate` that is invalid or too long is dropped alone.
 */
export function parseTraceContext(
  traceparent: string | undefined,
  tracestate: string | undefined,
): TraceContext | undefined {
  if (traceparent === undefined) return undefined
  const parent = parseTraceparent(traceparent)
  if (parent === undefined) return undefined
  const state = parseTracestate(tracestate ?? '')
  return state === undefined ? { traceparent: parent } : { traceparent: parent, tracestate: state }
}

/** Whether whoever began the trace keeps it. */
export function isSampled({ traceparent }: TraceContext): boolean {
  return (Number.parseInt(traceparent.slice(-2), 16) & 1) === 1
}

function parseTraceparent(text: string): string | undefined {
  const [, version, traceId, parentId, flags, rest] = TRACEPARENT.exec(text.trim()) ?? []
  if (version === undefined || version === 'ff') return undefined
  if (isZero(traceId!) || isZero(parentId!)) return undefined
  if (version === '00') return rest === undefined ? text.trim() : undefined
  // Of a later version only these parts keep their meaning, and of the flags whether it is sampled.
  const sampled = (Number.parseInt(flags!, 16) & 1) === 1
  return `00-${traceId}-${parentId}-${sampled ? '01' : '00'}`
}

function parseTracestate(text: string): string | undefined {
  const members = text
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
  const state = members.join(',')
  if (state === '' || state.length > MAX_TRACESTATE || members.length > MAX_MEMBERS)
    return undefined
  return members.every((member) => TRACESTATE_MEMBER.test(member)) ? state : undefined
}

function isZero(id: string): boolean {
  return /^0+$/.test(id)
}
