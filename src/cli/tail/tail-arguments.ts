import { quote } from '../../config/parsed.ts'
import { parseFlags } from '../../lib/parse-flags.ts'
import { channelOrder } from '../../wire/channel.ts'
import { MAX_CHANNELS } from '../../wire/limits.ts'
import { checkChannelName } from '../check-channel-name.ts'
import { BadUse } from '../command.ts'
import {
  HEADER_OPTIONS,
  quoteArgument,
  readHeaderArguments,
  type HeaderArguments,
} from '../request/request-headers.ts'
import {
  DEFAULT_URL,
  endpointOf,
  parseServiceAddress,
  type ServiceAddress,
} from '../request/service-address.ts'

/** The parsed arguments of `tail`. */
export interface TailArguments {
  readonly service: ServiceAddress
  /** URL of the stream, with its query. */
  readonly url: URL
  readonly hasChannels: boolean
  /** Empty without `--cursor`. */
  readonly cursor: string
  /** Number of events after which `tail` ends. */
  readonly count: number
  readonly isJson: boolean
}

const OPTIONS = {
  url: { type: 'string', default: DEFAULT_URL },
  from: { type: 'string' },
  last: { type: 'string' },
  cursor: { type: 'string', default: '' },
  count: { type: 'string' },
  json: { type: 'boolean', default: false },
  ...HEADER_OPTIONS,
  help: { type: 'boolean', short: 'h', default: false },
} as const

export function readTailArguments(args: readonly string[]): TailArguments | 'help' {
  const { values, positionals } = parseFlags({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  })
  if (values.help) return 'help'
  // First of all, since the arguments may be the rest of a header.
  const headers = readHeaderArguments(values)
  const channels = checkChannels(positionals, headers)
  const service = parseServiceAddress(values.url, '--url', headers)
  return {
    service,
    url: streamUrl(service.url, values, channels),
    hasChannels: channels.length > 1,
    cursor: checkCursor(values.cursor),
    count: checkCount('--count', values.count) ?? Infinity,
    isJson: values.json,
  }
}

function checkChannels(names: readonly string[], headers: HeaderArguments): readonly string[] {
  const channels = channelOrder(
    names.map((name) => checkChannelName(name, quoteArgument(name, headers))),
  )
  if (channels.length >= 1 && channels.length <= MAX_CHANNELS) return channels
  throw new BadUse(`expected 1 to ${MAX_CHANNELS} channels, got ${channels.length}`)
}

function streamUrl(
  base: URL,
  { from, last }: { from?: string | undefined; last?: string | undefined },
  channels: readonly string[],
): URL {
  const stream = endpointOf(base, '/stream')
  for (const channel of channels) stream.searchParams.append('channel', channel)
  // The envelope has the channel and the time of an event.
  stream.searchParams.set('envelope', '1')
  if (from !== undefined && last !== undefined) {
    throw new BadUse('expected --from or --last, got both')
  }
  if (from !== undefined && from !== 'latest' && from !== 'earliest') {
    throw new BadUse(`--from: expected latest or earliest, got ${quote(from)}`)
  }
  if (from !== undefined) stream.searchParams.set('from', from)
  const count = checkCount('--last', last)
  if (count !== undefined) stream.searchParams.set('last', String(count))
  return stream
}

function checkCount(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text)
  throw new BadUse(`${flag}: expected a whole number from 1, got ${quote(text)}`)
}

/** Checks only that the text fits into a header: the service answers an unknown cursor with a gap. */
function checkCursor(text: string): string {
  if (/^[\x21-\x7e]*$/.test(text)) return text
  throw new BadUse(`--cursor: expected the id of an event, such as 3kTMd81a-17, got ${quote(text)}`)
}
