import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { quote } from '../../config/parsed.ts'
import { readTextFile, type TextFile } from '../../config/read-text-file.ts'
import { BadUse } from '../command.ts'

/** In bytes, far above what a server takes. */
const LONGEST = 64 * 1024

/**
 * Returns what reads the text of a file of headers: a file as it is at each call, since a token in it may be rotated,
 * but a pipe only once, since its text is gone then. Throws `BadUse`.
 */
export function openHeaderFile(path: string): () => Promise<string> {
  let once: Promise<TextFile> | undefined
  return async () => {
    if (once === undefined && (await isPipe(path))) once = readPipe(path)
    const found = await (once ?? readTextFile(path, LONGEST))
    if (found.kind === 'text') return found.text
    // A header in place of the file may hold a secret.
    const shown = path.includes(':') ? 'what may be a header and is not shown' : quote(path)
    const fault = found.kind === 'absent' ? 'there is no such file' : found.problem
    throw new BadUse(`--header-file: expected a file of headers, got ${shown}: ${fault}`)
  }
}

/** Whether something other than a file or a folder is there, such as `/dev/stdin` or the `<(…)` of a shell. */
async function isPipe(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found !== undefined && !found.isFile() && !found.isDirectory()
}

async function readPipe(path: string): Promise<TextFile> {
  try {
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      if (length > LONGEST) throw new Error(`expected at most ${LONGEST} bytes`)
    }
    const utf8 = new TextDecoder('utf-8', { fatal: true })
    return { kind: 'text', text: utf8.decode(Buffer.concat(chunks)) }
  } catch (error) {
    return { kind: 'unreadable', problem: error instanceof Error ? error.message : String(error) }
  }
}
