/** Parses the answers of the scripts into the types of the port. */
import type { AppendResult, LogEvent, ReadResult } from '../event-log.ts'
import type { EpochStart } from '../history.ts'
import type { Top } from './channel-top.ts'

/** The server's clock counts µs, the port ms. */
export const US_PER_MS = 1_000

/** An error of the server that came within an answer, under the name that the library gives to such errors. */
class ReplyError extends Error {
  override readonly name = 'ReplyError'
}

export interface Appended {
  readonly result: AppendResult
  /** The top after the append; undefined where nothing was appended, as where an append is repeated. */
  readonly top: Top | undefined
}

/** `<epoch>:<first offset>` …, oldest first. */
function parseChain(text: string): EpochStart[] {
  return text.split(' ').map((start) => {
    const [epoch, first] = start.split(':')
    return { epoch: epoch!, first: Number(first) }
  })
}

/** Makes an event from its stored fields. `time` in µs; missing or empty texts of a trace mean no trace. */
export function toLogEvent(
  offset: number,
  time: number,
  name: string,
  data: string,
  traceparent = '',
  tracestate = '',
): LogEvent {
  const event = { offset, name, data, time: Math.floor(time / US_PER_MS) }
  if (traceparent === '') return event
  return { ...event, trace: tracestate === '' ? { traceparent } : { traceparent, tracestate } }
}

export function parseRead(reply: unknown): ReadResult {
  const [chain, incarnations, oldest, top, list, traces] = asArray(reply)
  const traceOf = new Map(
    inGroups(asArray(traces), 3).map(([offset, ...trace]) => [offset, trace.map(String)]),
  )
  const events = inGroups(asArray(list), 4).map(([offset, time, name, data]) =>
    toLogEvent(
      Number(offset),
      Number(time),
      String(name),
      String(data),
      ...(traceOf.get(offset) ?? []),
    ),
  )
  return {
    history: {
      chain: typeof chain === 'string' ? parseChain(chain) : [],
      incarnations: String(incarnations).split(' '),
      oldest: Number(oldest),
      top: Number(top),
    },
    events,
  }
}

/** The answer to a section of an append. Throws what the server refused it with, as its own errors are. */
export function parseAppend(reply: unknown): Appended {
  const [kind, ...fields] = asArray(reply)
  if (kind === 'refused') throw new ReplyError(String(fields[0]))
  if (kind === 'key-reused' || kind === 'too-large') return { result: { kind }, top: undefined }
  if (kind === 'full') return { result: { kind, limit: 'keys' }, top: undefined }
  const epoch = String(fields[0])
  const repeated = kind === 'repeated'
  const first = Number(fields[1])
  const count = Number(fields[repeated ? 2 : 3])
  return {
    result: { kind: 'accepted', epoch, first, count, repeated },
    top: repeated ? undefined : { epoch, offset: first + count - 1, time: Number(fields[2]) },
  }
}

export function asArray(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply
  throw new TypeError(`expected a list from the script, got ${typeof reply}`)
}

function inGroups<T>(values: readonly T[], size: number): (readonly T[])[] {
  const groups: T[][] = []
  for (let index = 0; index < values.length; index += size) {
    groups.push(values.slice(index, index + size))
  }
  return groups
}
