import { follow, type ConnectionEnd } from '../../client/follow.ts'
import { NO_POSITION } from '../../wire/cursor.ts'
import { FULL, OPEN } from '../../wire/system-event-names.ts'
import type { Command, CommandIo } from '../command.ts'
import { openFetch } from '../request/open-fetch.ts'
import { REQUEST_USAGE } from '../request/request-usage.ts'
import { DEFAULT_URL } from '../request/service-address.ts'
import { paint, printable } from '../terminal.ts'
import { formatJson, readTailItem, type TailItem } from './tail-item.ts'
import { readTailArguments } from './tail-arguments.ts'
import { formatText, warningOf } from './tail-text.ts'

const USAGE = `Usage: runnel tail CHANNEL… [options]

Follows channels in the terminal. It resumes by itself: when the connection is lost, it goes on
where it was, and what cannot be replayed is shown as a gap. Ctrl-C ends it.

  --url URL                address of the service; default ${DEFAULT_URL}
  --from latest|earliest   where to begin; default latest
  --last N                 begin with the newest N events of each channel
  --cursor CURSOR          resume after this id of an event
  --count N                end after N events
  --json                   one JSON line for each event, gap and system event, for scripts
  -h, --help               this text
${REQUEST_USAGE}`

/** Prints events until a signal comes, the reader closes the output or `--count` is reached. */
export const tail: Command = async (args, io) => {
  const order = readTailArguments(args)
  if (order === 'help') {
    io.write(USAGE)
    return 0
  }
  const { service, url, hasChannels, cursor, isJson } = order
  const fetch = await openFetch(service, io.env)
  let left = order.count
  const format = isJson ? formatJson : textFormat(io, hasChannels)
  const link = watchLink(io)

  const ending = new AbortController()
  const { signal } = ending
  const end = () => {
    ending.abort()
  }
  const stopListening = [io.onSignal(end), io.onOutputClosed(end)]
  try {
    for await (const events of follow({ url, cursor, signal, fetch, onEnd: link.onEnd })) {
      if (events.some(({ event }) => event === OPEN)) link.onOpen()
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
  } finally {
    // What watches the output would hold its pipe open for a while after a failure.
    for (const stop of stopListening) stop()
  }
  return 0
}

/**
 * Warns when the connection is lost, whenever the reason changes that keeps it away, and when it is back. A closing event
 * is not a loss.
 */
function watchLink(io: CommandIo) {
  /** Undefined while the connection is not lost. */
  let lastReason: string | undefined
  return {
    onEnd: ({ failure, lastEventId }: ConnectionEnd) => {
      if (failure === undefined || failure.message === lastReason) return
      lastReason = failure.message
      const what =
        lastEventId === '' || lastEventId === NO_POSITION
          ? 'no connection, trying again'
          : `connection lost, resuming after ${lastEventId}`
      warn(io, `${what}: ${failure.message}`)
    },
    onOpen: () => {
      if (lastReason !== undefined) warn(io, 'connected again')
      lastReason = undefined
    },
  }
}

/** On a terminal a warning stands among the events, in color; otherwise it goes to standard error. */
function textFormat(io: CommandIo, hasChannels: boolean): (item: TailItem) => string {
  let isFull = false
  return (item) => {
    const wasFull = isFull
    isFull = item.kind === 'system' && item.event === FULL
    // One warning for a full service, however often it refuses.
    if (isFull && wasFull) return ''
    if (item.kind === 'event') return formatText(item, { hasChannels, hasColors: io.hasColors })
    const warning = warningOf(item)
    if (warning === undefined) return ''
    if (io.hasColors) return `${paint('yellow', warning)}\n`
    warn(io, warning)
    return ''
  }
}

function warn(io: CommandIo, text: string): void {
  io.writeError(`runnel tail: ${printable(text)}\n`)
}

/** Waits for a slow reader of the output, so that memory stays bounded; a signal ends the wait. */
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
