/** What the scripts answer, in the words of the port. */
import type { AppendResult, LogEvent, ReadResult } from '../event-log.ts'
import type { EpochStart } from '../history.ts'

/** `<epoch>:<first offset>` …, oldest first. */
export function parseChain(text: string): EpochStart[] {
  return text.split(' ').map((start) => {
    const [epoch, first] = start.split(':')
    return { epoch: epoch!, first: Number(first) }
  })
}

export function parseRead(reply: unknown): ReadResult {
  const [chain, origins, oldest, top, list] = asArray(reply)
  const fields = asArray(list)
  const events: LogEvent[] = []
  for (let index = 0; index < fields.length; index += 4) {
    events.push({
      offset: Number(fields[index]),
      time: Number(fields[index + 1]),
      name: String(fields[index + 2]),
      data: String(fields[index + 3]),
    })
  }
  return {
    history: {
      chain: typeof chain === 'string' ? parseChain(chain) : [],
      origins: String(origins).split(' '),
      oldest: Number(oldest),
      top: Number(top),
    },
    events,
  }
}

export function parseAppend(reply: unknown): AppendResult {
  const [kind, epoch, first, count, repeated] = asArray(reply)
  if (kind === 'key-reused' || kind === 'too-large') return { kind }
  if (kind === 'full') return { kind, limit: 'keys' }
  return {
    kind: 'accepted',
    epoch: String(epoch),
    first: Number(first),
    count: Number(count),
    repeated: repeated === 1,
  }
}

function asArray(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply
  throw new TypeError(`expected a list from the script, got ${typeof reply}`)
}
