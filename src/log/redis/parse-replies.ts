/** What the scripts answer, in the words of the port. */
import type { AppendResult, LogEvent, ReadResult } from '../event-log.ts'
import type { EpochStart } from '../history.ts'
import type { Top } from './top.ts'

/** The server's clock counts µs, the port ms. */
const US_PER_MS = 1_000

export interface Appended {
  readonly result: AppendResult
  /** Where the channel stands after it; undefined where nothing was appended. */
  readonly top: Top | undefined
}

/** `<epoch>:<first offset>` …, oldest first. */
export function parseChain(text: string): EpochStart[] {
  return text.split(' ').map((start) => {
    const [epoch, first] = start.split(':')
    return { epoch: epoch!, first: Number(first) }
  })
}

export function toMs(time: number): number {
  return Math.floor(time / US_PER_MS)
}

export function parseRead(reply: unknown): ReadResult {
  const [chain, incarnations, oldest, top, list] = asArray(reply)
  const fields = asArray(list)
  const events: LogEvent[] = []
  for (let index = 0; index < fields.length; index += 4) {
    events.push({
      offset: Number(fields[index]),
      time: toMs(Number(fields[index + 1])),
      name: String(fields[index + 2]),
      data: String(fields[index + 3]),
    })
  }
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

export function parseAppend(reply: unknown): Appended {
  const [kind, ...fields] = asArray(reply)
  if (kind === 'key-reused' || kind === 'too-large') return { result: { kind }, top: undefined }
  if (kind === 'full') return { result: { kind, limit: 'keys' }, top: undefined }
  const epoch = String(fields[0])
  const [first, count, repeated, time] = fields.slice(1).map(Number)
  return {
    result: { kind: 'accepted', epoch, first: first!, count: count!, repeated: repeated === 1 },
    top: time === undefined ? undefined : { epoch, offset: first! + count! - 1, time },
  }
}

export function asArray(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply
  throw new TypeError(`expected a list from the script, got ${typeof reply}`)
}
