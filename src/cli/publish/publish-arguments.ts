import { parseJson } from '../../lib/parse-json.ts'
import { parseDuration } from '../../config/kinds/duration.ts'
import { quote } from '../../config/parsed.ts'
import { parseFlags } from '../../lib/parse-flags.ts'
import { MAX_KEY_LENGTH } from '../../schema/limits.ts'
import { randomId } from '../../lib/random-id.ts'
import { eventNameFault } from '../../wire/event-name.ts'
import { checkChannelName } from '../check-channel-name.ts'
import { BadUse } from '../command.ts'
import { HEADER_OPTIONS, quoteArgument, readHeaderArguments } from '../request/request-headers.ts'
import {
  DEFAULT_URL,
  endpointOf,
  parseServiceAddress,
  type ServiceAddress,
} from '../request/service-address.ts'

/** The parsed arguments of `publish`. */
export interface PublishArguments {
  readonly service: ServiceAddress
  /** URL of the channel's publish route. */
  readonly url: URL
  readonly source: PublishSource
  readonly isLines: boolean
  readonly isJson: boolean
  readonly event: string | undefined
  readonly key: string
  /** Whether the caller gave the key. A repeated call must then make the same batches. */
  readonly isKeyGiven: boolean
  /** Milliseconds. */
  readonly retryFor: number
  readonly isQuiet: boolean
  /** Whether the service is asked for traces. */
  readonly isTraced: boolean
}

export type PublishSource =
  | { readonly kind: 'argument'; readonly data: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'input' }

const OPTIONS = {
  url: { type: 'string', default: DEFAULT_URL },
  file: { type: 'string' },
  lines: { type: 'boolean', default: false },
  event: { type: 'string' },
  json: { type: 'boolean', default: false },
  key: { type: 'string' },
  'retry-for': { type: 'string', default: '10s' },
  trace: { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
  ...HEADER_OPTIONS,
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** The longest key that the service accepts, less the suffix with the number of a batch. */
const MAX_KEY = MAX_KEY_LENGTH - '-1000000000'.length

/** Returns `help` for `--help`, and `nothing` without data, file and piped input. */
export function readPublishArguments(
  args: readonly string[],
  isInputTerminal: boolean,
): PublishArguments | 'help' | 'nothing' {
  const { values, positionals } = parseFlags({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  })
  if (values.help) return 'help'
  // First of all, since the arguments may be the rest of a header.
  const headers = readHeaderArguments(values)
  const [channel, data, ...more] = positionals
  if (channel === undefined) return 'nothing'
  if (more.length > 0) {
    throw new BadUse(`expected one DATA, got ${positionals.length - 1}: put it in quotes`)
  }
  const source = sourceOf(data, values, isInputTerminal)
  if (source === undefined) return 'nothing'
  if (values.json && data !== undefined && parseJson(data) === undefined) {
    throw new BadUse(`--json: expected JSON as DATA, got ${quoteArgument(data, headers)}`)
  }
  const fault = values.event === undefined ? undefined : eventNameFault(values.event)
  if (fault !== undefined) throw new BadUse(`--event: ${fault}`)
  const name = checkChannelName(channel, quoteArgument(channel, headers))
  const service = parseServiceAddress(values.url, '--url', headers)
  return {
    service,
    url: endpointOf(service.url, `/publish/${name}`),
    source,
    isLines: values.lines,
    isJson: values.json,
    event: values.event,
    key: values.key === undefined ? randomId(22) : checkKey(values.key),
    isKeyGiven: values.key !== undefined,
    retryFor: checkDuration(values['retry-for']),
    isQuiet: values.quiet,
    isTraced: values.trace,
  }
}

function sourceOf(
  data: string | undefined,
  { file, lines }: { file?: string | undefined; lines: boolean },
  isInputTerminal: boolean,
): PublishSource | undefined {
  if (data !== undefined) {
    if (file === undefined && !lines) return { kind: 'argument', data }
    throw new BadUse(`expected DATA or ${lines ? '--lines' : '--file'}, got both`)
  }
  if (file !== undefined && file !== '-') return { kind: 'file', path: file }
  // On a terminal, input is read only if a flag asks for it: otherwise DATA was probably forgotten.
  const isAskedFor = file === '-' || lines
  return isAskedFor || !isInputTerminal ? { kind: 'input' } : undefined
}

function checkKey(key: string): string {
  if (/^[\x21-\x7e]+$/.test(key) && key.length <= MAX_KEY) return key
  throw new BadUse(`--key: expected 1 to ${MAX_KEY} visible ASCII characters, got ${quote(key)}`)
}

function checkDuration(text: string): number {
  const duration = parseDuration(text)
  if (duration !== undefined) return duration
  throw new BadUse(`--retry-for: expected a duration such as 10s or 5m, got ${quote(text)}`)
}
