/** The flags `--header` and `--header-file`. No message repeats a header, since its value may be a secret. */
import { quote } from '../../config/parsed.ts'
import { BadUse } from '../command.ts'
import { openHeaderFile } from './header-file.ts'

export const HEADER_OPTIONS = {
  header: { type: 'string', multiple: true },
  'header-file': { type: 'string' },
} as const

/** Headers for all requests of a command, checked except for the file. */
export interface HeaderArguments {
  readonly given: readonly Header[]
  /** Reads the file of headers. */
  readonly file: (() => Promise<string>) | undefined
}

type Header = readonly [name: string, value: string]

const HEADER = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)[ \t]*$/

/** Headers that the commands or the connection set, with what to use instead. */
const OWN: ReadonlyMap<string, string> = new Map([
  ['host', 'the URL names the host'],
  ['last-event-id', '`runnel tail` has --cursor'],
  ['idempotency-key', '`runnel publish` has --key'],
  ['proxy-authorization', 'the variable of the proxy holds it: http://user:password@host'],
  ['accept-encoding', 'what compresses an answer may hold its events back'],
  ...[
    'connection',
    'content-length',
    'content-type',
    'expect',
    'keep-alive',
    'proxy-connection',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
  ].map((name) => [name, 'the command sets it'] as const),
])

export function readHeaderArguments(values: {
  readonly header?: readonly string[] | undefined
  readonly 'header-file'?: string | undefined
}): HeaderArguments {
  const { header: lines = [], 'header-file': file } = values
  return {
    given: lines.map((line, index) => parseHeader(line, `--header ${index + 1}`)),
    file: file === undefined ? undefined : openHeaderFile(file),
  }
}

/**
 * A refused argument for a message. Without quotes around it, the shell cuts a header at its blanks, and the rest of
 * it becomes arguments: they are then not shown.
 */
export function quoteArgument(text: string, { given }: HeaderArguments): string {
  if (given.length === 0) return quote(text)
  return 'what is not shown, since it may be a part of --header: put each header in quotes'
}

/** The headers, with the file as it is now: a token in it may be rotated. Throws `BadUse`. */
export async function readHeaders({
  given,
  file,
}: HeaderArguments): Promise<Readonly<Record<string, string>>> {
  const all = [...given, ...(file === undefined ? [] : parseFile(await file()))]
  const names = all.map(([name]) => name.toLowerCase())
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) throw new BadUse(`expected the header ${repeated} once, got it twice`)
  return Object.fromEntries(all)
}

/** A header a line. Blank lines and those that begin with # are left out. */
function parseFile(text: string): readonly Header[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return []
    return [parseHeader(line, `--header-file, line ${index + 1}`)]
  })
}

function parseHeader(line: string, place: string): Header {
  const [, name, value] = HEADER.exec(line) ?? []
  if (name === undefined || value === undefined) {
    throw new BadUse(`${place}: expected 'Name: value' in ASCII, got what is not shown`)
  }
  const instead = OWN.get(name.toLowerCase())
  if (instead === undefined) return [name, value]
  throw new BadUse(`${place}: expected another header than ${name}: ${instead}`)
}
