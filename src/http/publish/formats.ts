import type { IncomingHttpHeaders } from 'node:http'
import { MIMEType } from 'node:util'
import type { NewEvent } from '../../log/event-log.ts'
import type { TraceContext } from '../../wire/trace-context.ts'
import { Problem } from '../problem.ts'
import { json } from './json.ts'
import { ndjson } from './ndjson.ts'
import type { PublishFormat } from './publish-format.ts'
import { text } from './text.ts'

/** Formats by media type. */
const FORMATS: Readonly<Record<string, PublishFormat>> = {
  'application/json': json,
  'application/x-ndjson': ndjson,
  'text/plain': text,
}

/** Finds the format that the headers name. Throws 415 if there is none. */
export function findFormat(headers: IncomingHttpHeaders): PublishFormat {
  const header = headers['content-type'] ?? ''
  // Most name a type alone, as it stands in the table.
  if (Object.hasOwn(FORMATS, header)) return FORMATS[header]!
  const type = parseMediaType(header)
  const format = type === undefined ? undefined : FORMATS[type.essence]
  const charset = type?.params.get('charset') ?? 'utf-8'
  if (format !== undefined && charset.toLowerCase() === 'utf-8') return format
  const types = Object.keys(FORMATS).join(', ')
  throw new Problem(415, `expected a Content-Type of ${types} in utf-8`)
}

/** Events to which the format has given no trace context of their own get this one. */
export function withTrace(
  events: readonly NewEvent[],
  trace: TraceContext | undefined,
): readonly NewEvent[] {
  return trace === undefined ? events : events.map((event) => ({ trace, ...event }))
}

function parseMediaType(header: string): MIMEType | undefined {
  try {
    return new MIMEType(header)
  } catch {
    return undefined
  }
}
