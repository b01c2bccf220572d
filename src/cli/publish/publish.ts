import { postEvents, type Published } from '../../client/post-events.ts'
import type { Command, CommandIo } from '../command.ts'
import { openFetch } from '../request/open-fetch.ts'
import { REQUEST_USAGE } from '../request/request-usage.ts'
import { DEFAULT_URL } from '../request/service-address.ts'
import { readPublications } from './publications.ts'
import { TraceLines } from './trace-lines.ts'
import { UnconfirmedLines } from './unconfirmed-lines.ts'
import { readPublishArguments, type PublishArguments } from './publish-arguments.ts'

const USAGE = `Usage: runnel publish CHANNEL [DATA] [options]

Publishes DATA as one event, or standard input as it is, and prints the id.

  --url URL          address of the service; default ${DEFAULT_URL}
  --file FILE        publish a file as one event; - is standard input
  --lines            publish each line of standard input, or of the file, as an event
  --event NAME       name of the events; default message
  --json             the data, or each line, is JSON and goes out as it is
  --key KEY          the same call within ten minutes publishes nothing twice; with --lines, batches
                     of 500 lines get KEY-1, KEY-2 … and wait until they are full
  --retry-for TIME   how long to try again while the service is away; default 10s
  --trace            ask the service for a trace, and print its id to standard error
  --quiet            print no ids
  -h, --help         this text
${REQUEST_USAGE}`

export const publish: Command = async (args, io) => {
  const order = readPublishArguments(args, io.isInputTerminal)
  if (order === 'help') {
    io.write(USAGE)
    return 0
  }
  if (order === 'nothing') {
    io.writeError(USAGE)
    return 2
  }
  // The line of the progress is redrawn, which the lines of traces would break.
  const mayRedraw = io.isErrorTerminal && !order.isTraced
  const showsProgress = order.isLines && mayRedraw && (order.isQuiet || !io.isTerminal)
  const unconfirmed = new UnconfirmedLines(io)
  let published = 0
  try {
    for await (const { ids, isUnconfirmed } of publishAll(order, io)) {
      published += ids.length
      if (isUnconfirmed) unconfirmed.published(ids.length)
      if (showsProgress) io.writeError(`\r${published} events published`)
    }
  } catch (error) {
    if (published === 0) throw error
    const message = error instanceof Error ? error.message : String(error)
    throw new Error(`${message} (${published} events were published before)`, { cause: error })
  } finally {
    if (showsProgress) io.writeError('\n')
    if (order.isLines) unconfirmed.end(published)
  }
  return 0
}

/** Yields the published events of each request. */
async function* publishAll(order: PublishArguments, io: CommandIo): AsyncGenerator<Published> {
  const { service, url, key, retryFor, isLines, isQuiet, isTraced } = order
  const fetch = await openFetch(service, io.env)
  const traces = isTraced ? new TraceLines(io) : undefined
  let requests = 0
  for await (const publication of readPublications(order, io.input)) {
    requests++
    const accepted = await postEvents(publication, {
      url,
      fetch,
      key: isLines ? `${key}-${requests}` : key,
      retryFor,
      asksForTrace: isTraced,
    }).catch((error: unknown) => {
      traces?.failed(error)
      throw error
    })
    traces?.published(accepted.traceId)
    // Publishing continues even if the reader of the ids is gone.
    if (!isQuiet) io.write(accepted.ids.map((id) => `${id}\n`).join(''))
    await io.flush()
    yield accepted
  }
}
