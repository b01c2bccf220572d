import type { Logger } from './logger.ts'
import { spanFields, type SpanReference } from './span-fields.ts'

/** A line that may come up again and again. */
export interface RepeatedLine {
  readonly level: 'warn' | 'error'
  readonly message: string
  readonly fields: { readonly err?: unknown; readonly [field: string]: unknown }
  /** Tells it from other lines with the same message. The error in `fields.err` tells as well. */
  readonly key?: readonly string[]
  /** In place of key and fields, once there are too many different lines. */
  readonly others?: Required<Pick<RepeatedLine, 'key' | 'fields'>>
  /** Of the request that it is about. */
  readonly span?: SpanReference | undefined
  /** How often it has come up; once by default. */
  readonly count?: number
}

interface Entry {
  line: RepeatedLine
  /** Times that no line tells of yet. */
  count: number
  readonly timer: NodeJS.Timeout
}

/** Time between two lines of one entry, in ms. */
const INTERVAL = 60_000
/**
 * Bounds memory and the number of lines: what comes up beyond it shares an entry. Each message has so many entries of
 * its own, so that a crowd which fills one hides no other.
 */
export const MAX_ENTRIES = 1_000
/** Of the message of an error in a key, in characters. */
const LONGEST_ERROR = 200

/**
 * Bounds the log lines about what comes up again and again. The first is written at once, the following ones once a
 * minute with their count, as the last of them was: clients and servers try again, so that a line each time would
 * load a process most when it is in trouble.
 */
export class RepeatedLines {
  readonly #logger: Logger
  /** By message, of which there are few, then by key. */
  readonly #entries = new Map<string, Map<string, Entry>>()
  #suppressed = 0

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Times that something came up and got no line of its own. */
  get suppressed(): number {
    return this.#suppressed
  }

  write(line: RepeatedLine): void {
    const entries = this.#entries.get(line.message) ?? new Map<string, Entry>()
    this.#entries.set(line.message, entries)
    const key = keyOf(line)
    if (entries.has(key) || entries.size < MAX_ENTRIES) return this.#note(entries, key, line)
    const { fields = line.fields, key: shared = [] } = line.others ?? {}
    const other = { ...line, fields, key: shared }
    this.#note(entries, JSON.stringify([line.level, 'others', ...shared]), other)
  }

  /** Writes what no line tells of yet. */
  close(): void {
    for (const entry of [...this.#entries.values()].flatMap((entries) => [...entries.values()])) {
      clearInterval(entry.timer)
      this.#writeRest(entry)
    }
    this.#entries.clear()
  }

  #note(entries: Map<string, Entry>, key: string, line: RepeatedLine): void {
    const { count = 1 } = line
    const known = entries.get(key)
    if (known !== undefined) {
      known.line = line
      known.count += count
      this.#suppressed += count
      return
    }
    this.#log(line, count, line.span)
    const timer = setInterval(() => {
      if (entry.count > 0) return this.#writeRest(entry)
      clearInterval(timer)
      entries.delete(key)
    }, INTERVAL).unref()
    const entry: Entry = { line, count: 0, timer }
    entries.set(key, entry)
  }

  #writeRest(entry: Entry): void {
    const { line, count } = entry
    entry.count = 0
    // Several requests have no one span.
    if (count > 0) this.#log(line, count, count === 1 ? line.span : undefined)
  }

  #log({ level, message, fields }: RepeatedLine, count: number, span?: SpanReference): void {
    this.#logger[level]({ ...fields, ...spanFields(span), count }, message)
  }
}

/** Tells a line from others with the same message. */
function keyOf({ level, fields, key = [] }: RepeatedLine): string {
  const { err: error } = fields
  const cause = error instanceof Error ? [`${error.name}: ${error.message}`] : []
  return JSON.stringify([
    level,
    'one',
    ...key,
    ...cause.map((text) => text.slice(0, LONGEST_ERROR)),
  ])
}
