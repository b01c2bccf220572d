import { Writable } from 'node:stream'
import { WriteStream } from 'node:tty'

const ESCAPE = '\u001B'

/** A control sequence, or a character. */
const TOKEN = new RegExp(`${ESCAPE}\\[[\\d;]*[A-Za-z]|.`, 'gsu')

/** What a terminal shows of what it was written, for tests. Knows the few sequences that progress uses; any other is an error. */
export class FakeTerminal extends Writable {
  readonly isTTY: boolean = true
  readonly rows = 24
  columns: number
  written = ''
  #lines: string[] = ['']
  #row = 0
  #column = 0

  readonly #environment: object

  /** The environment is the terminal's own: that of the tests' process may say that it has no colors, as `CI` does. */
  constructor(columns: number, environment: Record<string, string> = {}) {
    super({ decodeStrings: false })
    this.columns = columns
    this.#environment = { TERM: 'xterm-256color', ...environment }
  }

  /** By the variables of its environment, as Node does for real ones. */
  getColorDepth(): number {
    return WriteStream.prototype.getColorDepth(this.#environment)
  }

  /** The lines that are seen, without those that are empty at the end. */
  get screen(): readonly string[] {
    const end = this.#lines.findLastIndex((line) => line !== '') + 1
    return this.#lines.slice(0, end)
  }

  /** Wraps the lines anew, as terminals do whose window becomes narrower. */
  narrow(columns: number): void {
    this.columns = columns
    this.#lines = this.#lines.flatMap((line) =>
      Array.from({ length: Math.max(1, Math.ceil(line.length / columns)) }, (_, part) =>
        line.slice(part * columns, (part + 1) * columns),
      ),
    )
    this.#moveTo(this.#lines.length - 1, 0)
  }

  override _write(chunk: string, _: string, done: () => void): void {
    this.written += chunk
    for (const [token] of chunk.matchAll(TOKEN)) this.#take(token)
    done()
  }

  #take(token: string): void {
    const command = token.length > 2 ? token.at(-1) : ''
    if (token === '\n') this.#moveTo(this.#row + 1, 0)
    else if (token === '\r') this.#column = 0
    else if (command === '') this.#put(token)
    else if (command === 'A') this.#row = Math.max(0, this.#row - Number(token.slice(2, -1)))
    else if (command === 'K') this.#clearLine()
    else if (command === 'J') {
      this.#clearLine()
      this.#lines.length = this.#row + 1
    } else if (command !== 'm') throw new Error(`unexpected sequence ${JSON.stringify(token)}`)
  }

  #put(character: string): void {
    if (/\p{Cc}/u.test(character)) throw new Error('unexpected control character')
    if (this.#column === this.columns) this.#moveTo(this.#row + 1, 0)
    const line = (this.#lines[this.#row] ?? '').padEnd(this.#column)
    this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1)
    this.#column += 1
  }

  #clearLine(): void {
    this.#lines[this.#row] = (this.#lines[this.#row] ?? '').slice(0, this.#column)
  }

  #moveTo(row: number, column: number): void {
    this.#row = row
    this.#column = column
    this.#lines[row] ??= ''
  }
}
