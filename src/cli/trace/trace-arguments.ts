import { duration } from '../../config/kinds/duration.ts'
import type { Kind } from '../../config/kinds/kind.ts'
import { parseFlags } from '../../lib/parse-flags.ts'
import { parsePosition } from '../../wire/position.ts'
import { BadUse } from '../command.ts'
import { HEADER_OPTIONS, quoteArgument, readHeaderArguments } from '../request/request-headers.ts'
import { parseServiceAddress, type ServiceAddress } from '../request/service-address.ts'

export const DEFAULT_JAEGER = 'http://127.0.0.1:16686'

/** The parsed arguments of `trace`. Times in ms. */
export interface TraceArguments {
  readonly subject: TraceSubject
  /** Jaeger's query service. */
  readonly jaeger: ServiceAddress
  /** The name that pods report as `service.name`. */
  readonly service: string
  /** How far a search looks back. */
  readonly since: number
  /** How long to wait for spans that processes still hold. */
  readonly wait: number
}

/** A trace by its id, or all traces that have a span with this attribute. */
export type TraceSubject =
  | { readonly kind: 'id'; readonly traceId: string }
  | { readonly kind: 'attribute'; readonly name: string; readonly value: string }

const OPTIONS = {
  jaeger: { type: 'string', default: DEFAULT_JAEGER },
  service: { type: 'string', default: 'runnel' },
  since: { type: 'string', default: '1h' },
  wait: { type: 'string', default: '15s' },
  ...HEADER_OPTIONS,
  help: { type: 'boolean', short: 'h', default: false },
} as const

const KINDS = { since: duration('1s', '720h'), wait: duration('0s', '10m') }

export function readTraceArguments(args: readonly string[]): TraceArguments | 'help' {
  const { values, positionals } = parseFlags({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  })
  if (values.help) return 'help'
  // First of all, since the arguments may be the rest of a header.
  const headers = readHeaderArguments(values)
  const [id, ...more] = positionals
  if (id === undefined || more.length > 0) {
    throw new BadUse(`expected one ID of a trace, an event or a stream, got ${positionals.length}`)
  }
  return {
    subject: parseSubject(id, quoteArgument(id, headers)),
    jaeger: parseServiceAddress(values.jaeger, '--jaeger', headers),
    service: values.service,
    since: parse('--since', KINDS.since, values.since),
    wait: parse('--wait', KINDS.wait, values.wait),
  }
}

/** Each kind of id has a form of its own. `shown` is the text for a message. */
function parseSubject(id: string, shown: string): TraceSubject {
  // A header is taken too: `traceparent` and `traceresponse` have the same form.
  const [, traceId] =
    /^(?:[0-9a-f]{2}-)?([0-9a-f]{32})(?:-[0-9a-f]{16}-[0-9a-f]{2})?$/i.exec(id) ?? []
  if (traceId !== undefined) return { kind: 'id', traceId: traceId.toLowerCase() }
  if (parsePosition(id) !== undefined) {
    return { kind: 'attribute', name: 'messaging.message.id', value: id }
  }
  if (/^[0-9A-Za-z]{16}$/.test(id)) return { kind: 'attribute', name: 'runnel.stream', value: id }
  throw new BadUse(
    `expected a trace id of 32 hexadecimal digits, an event's id such as k3Jf92Qa-18, or the 16 characters that ` +
      `runnel.open names a stream by, got ${shown}`,
  )
}

function parse(name: string, kind: Kind<number>, text: string): number {
  const parsed = kind.parse(text)
  if (parsed.ok) return parsed.value
  throw new BadUse(`${name}: ${parsed.problem}`)
}
