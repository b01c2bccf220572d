import { createReadStream } from 'node:fs'
import { parseJson } from '../../lib/parse-json.ts'
import type { Publication } from '../../client/post-events.ts'
import { quote } from '../../config/parsed.ts'
import { BODY_LIMIT } from '../../schema/limits.ts'
import type { NewEventDocument } from '../../schema/publish.ts'
import { BadUse } from '../command.ts'
import { batchLines } from './line-batches.ts'
import type { PublishArguments } from './publish-arguments.ts'

/** What any service may take, in bytes. */
const MAX_BYTES = BODY_LIMIT.max

/** The body of each request. The input is read only as fast as the requests are sent. */
export async function* readPublications(
  order: PublishArguments,
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<Publication> {
  const { source, isLines, isJson, event, isKeyGiven } = order
  if (source.kind === 'argument') {
    yield wholeOf(order, Buffer.from(source.data))
    return
  }
  const bytes = source.kind === 'file' ? readFile(source.path) : input
  if (!isLines) {
    yield wholeOf(order, await readWhole(bytes))
    return
  }
  const encodeLine = (line: string) => {
    if (!isJson) return encodeTextEvent(line, event)
    return line.trim() === '' ? undefined : encodeJsonEvent(line, event)
  }
  yield* batchLines(bytes, {
    encode: encodeLine,
    // With a key, a repeated call must make the same batches, however fast its lines arrive.
    isEager: !isKeyGiven,
  })
}

async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path) as AsyncIterable<Uint8Array>
  } catch (cause) {
    throw new BadUse(`--file: expected a file, got ${quote(path)}: ${faultOf(cause)}`, { cause })
  }
}

function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && error.code === 'ENOENT' ? 'there is no such file' : error.message
}

function wholeOf({ isJson, event }: PublishArguments, bytes: Uint8Array<ArrayBuffer>): Publication {
  // Text is sent unchanged and unchecked: the service refuses bytes that are not UTF-8.
  if (!isJson) return { type: 'text/plain', body: bytes, ...(event !== undefined && { event }) }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  return { type: 'application/json', body: encodeJsonEvent(text, event) }
}

/** Makes a JSON event with the text as its data. */
export function encodeTextEvent(text: string, name: string | undefined): string {
  return JSON.stringify({ event: name, data: text } satisfies NewEventDocument)
}

/** Makes a JSON event with JSON text as its data, unchanged: 1.10 does not become 1.1. */
function encodeJsonEvent(text: string, name: string | undefined): string {
  // A text that is not exactly one JSON value could add fields to the event.
  if (parseJson(text) === undefined) throw new Error(`expected JSON, got ${quote(text)}`)
  const fields = [formatField('data', text)]
  if (name !== undefined) fields.unshift(formatField('event', JSON.stringify(name)))
  return `{${fields.join(',')}}`
}

function formatField(name: keyof NewEventDocument, json: string): string {
  return `"${name}":${json}`
}

/** Reads an input to its end. Throws when it exceeds `MAX_BYTES`, which bounds an endless input. */
export async function readWhole(
  input: AsyncIterable<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of input) {
    chunks.push(chunk)
    length += chunk.length
    if (length > MAX_BYTES) {
      throw new Error(`expected at most ${MAX_BYTES} bytes as one event, got more: try --lines`)
    }
  }
  return Buffer.concat(chunks)
}
