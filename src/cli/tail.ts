import { parseArgs } from 'node:util'
import { quote } from '../config/parsed.ts'
import { channelOrder, MAX_CHANNELS } from '../wire/channel.ts'
import { NO_POSITION } from '../wire/cursor.ts'
import { FULL } from '../wire/system-event.ts'
import { BadUse } from './bad-use.ts'
import type { Command, CommandIo } from './command.ts'
import { follow } from './follow.ts'
import { checkChannelName, DEFAULT_URL, endpointOf, parseServiceUrl } from './service-client.ts'
import { readTailItem, type TailItem } from './tail-item.ts'
import { formatJson } from './tail-json.ts'
import { formatText, paint, warningOf } from './tail-text.ts'

const USAGE = `Usage: runnel tail CHANNEL… [options]

FollowRegistry channels in the terminal. It resumes by itself: when the connection is lost, it goes on where
it was, and what cannot be replayed is shown as a gap. Ctrl-C ends it.

  --url URL                address of the service; default ${DEFAULT_URL}
  --from latest|earliest   where to begin; default latest
  --last N                 begin with the newest N events of each channel
  --cursor CURSOR          resume after this id of an event
  --count N                end after N events
  --json                   one JSON line for each event, gap and system event, for scripts
  -h, --help               this text
`

const OPTIONS = {
  url: { type: 'string', default: DEFAULT_URL },
  from: { type: 'string' },
  last: { type: 'string' },
  cursor: { type: 'string', default: '' },
  count: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** Prints what is published until a signal comes, the reader goes away or `--count` is met. */
export const tail: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  })
  if (values.help) {
    io.write(USAGE)
    return 0
  }
  const channels = checkChannels(positionals)
  const url = streamUrl(values, channels)
  const cursor = checkCursor(values.cursor)
  let left = checkCount('--count', values.count) ?? Infinity
  const format = values.json ? formatJson : textFormat(io, channels.length > 1)

  const ending = new AbortController()
  const stopListening = io.onSignal(() => {
    ending.abort()
  })
  const signal = AbortSignal.any([ending.signal, io.outputClosed])
  const onLost = (reason: string, lastEventId: string) => {
    const what =
      lastEventId === '' || lastEventId === NO_POSITION
        ? 'no connection, trying again'
        : `connection lost, resuming after ${lastEventId}`
    warn(io, `${what}: ${reason}`)
  }
  const onBack = () => {
    warn(io, 'connected again')
  }
  for await (const events of follow({ url, cursor, signal, onLost, onBack })) {
    let output = ''
    for (const event of events) {
      const item = readTailItem(event)
      output += format(item)
      if (item.kind === 'event' && --left === 0) break
    }
    io.write(output)
    await flush(io, signal)
    if (left === 0 || signal.aborted) break
  }
  stopListening()
  return 0
}

/** In color a warning stands between the events, where it belongs; else it must not mix with them. */
function textFormat(io: CommandIo, hasChannels: boolean): (item: TailItem) => string {
  let isFull = false
  return (item) => {
    const wasFull = isFull
    isFull = item.kind === 'system' && item.event === FULL
    // Said once, however often it is asked.
    if (isFull && wasFull) return ''
    if (item.kind === 'event') return formatText(item, { hasChannels, hasColors: io.isTerminal })
    const warning = warningOf(item)
    if (warning === undefined) return ''
    if (io.isTerminal) return `${paint('yellow', warning)}\n`
    warn(io, warning)
    return ''
  }
}

function warn(io: CommandIo, text: string): void {
  io.writeError(`runnel tail: ${text}\n`)
}

/** A slow reader of the output slows the stream instead of filling the memory, but holds no signal up. */
async function flush(io: CommandIo, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const finish = () => {
    resolve()
  }
  signal.addEventListener('abort', finish, { once: true })
  void io.flush().then(finish)
  await promise
  signal.removeEventListener('abort', finish)
}

function checkChannels(names: readonly string[]): readonly string[] {
  const channels = channelOrder(names.map(checkChannelName))
  if (channels.length >= 1 && channels.length <= MAX_CHANNELS) return channels
  throw new BadUse(`expected 1 to ${MAX_CHANNELS} channels, got ${channels.length}`)
}

function streamUrl(
  { url, from, last }: { url: string; from?: string | undefined; last?: string | undefined },
  channels: readonly string[],
): URL {
  const stream = endpointOf(parseServiceUrl(url), '/stream')
  for (const channel of channels) stream.searchParams.append('channel', channel)
  // The envelope brings the channel and the time.
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

/** What is no cursor is answered with a gap, which is worth seeing; but it must fit into a header. */
function checkCursor(text: string): string {
  if (/^[\x21-\x7e]*$/.test(text)) return text
  throw new BadUse(`--cursor: expected the id of an event, such as 3kTMd81a-17, got ${quote(text)}`)
}
