import { spawnChild } from '../support/child-process.ts'
import {
  collectEvents,
  type InteropClient,
  type ReceivedEvent,
  type Sink,
} from './interop-client.ts'
import { openEventSourceParser, type OpenParser } from './parsers.ts'

/** curl hands on the bytes as they come from the socket, so this client shows what is on the wire. */
export function createCurlClient(): InteropClient {
  return createProcessClient('curl', openEventSourceParser, (url, lastEventId) => [
    '--silent',
    '--show-error',
    '--no-buffer',
    '--fail',
    '--header',
    'Accept: text/event-stream',
    ...(lastEventId === undefined ? [] : ['--header', `Last-Event-ID: ${lastEventId}`]),
    url,
  ])
}

/** Python's standard library with a parser of its own, which shares no code with ours. */
export function createPythonClient(): InteropClient {
  const script = `${import.meta.dirname}/python-client.py`
  return createProcessClient('python3', openJsonLines, (url, lastEventId) => [
    script,
    url,
    ...(lastEventId === undefined ? [] : [lastEventId]),
  ])
}

function createProcessClient(
  command: string,
  openParser: OpenParser,
  formatArguments: (url: string, lastEventId: string | undefined) => string[],
): InteropClient {
  return {
    name: command,
    canReconnect: false,
    collect: (url, options = {}) =>
      collectEvents(options, (sink) =>
        readFromProcess(sink, command, formatArguments(url, options.lastEventId), openParser),
      ),
  }
}

/** Starts a program that reads a stream, and reports its output to the sink. Returns what ends it. */
export function readFromProcess(
  sink: Sink,
  command: string,
  args: readonly string[],
  openParser: OpenParser,
): () => Promise<void> {
  const child = spawnChild(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const complaints: Buffer[] = []
  child.stdout.on('data', openParser(sink.event))
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk))
  const closed = new Promise<void>((resolve) => {
    child.on('close', (code) => {
      const complaint = Buffer.concat(complaints).toString()
      if (code === 0) sink.end()
      else sink.fail(new Error(`expected a stream, ${command} failed: ${complaint}`))
      resolve()
    })
    child.on('error', (cause) => {
      const advice = `expected ${command}, could not start it: run \`apt-get install\` for it`
      sink.fail(new Error(advice, { cause }))
      resolve()
    })
  })
  return () => {
    child.kill('SIGKILL')
    return closed
  }
}

/** Reads events that a program prints as lines of JSON. */
export const openJsonLines: OpenParser = (onEvent) => {
  const utf8 = new TextDecoder()
  let pending = ''
  return (chunk) => {
    const lines = (pending + utf8.decode(chunk, { stream: true })).split('\n')
    pending = lines.pop() ?? ''
    for (const line of lines) {
      const event: ReceivedEvent = JSON.parse(line)
      onEvent(event)
    }
  }
}
