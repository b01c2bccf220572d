import { styleText } from 'node:util'
import { onOneLine } from '../printable.ts'
import type { Progress, Span } from '../progress.ts'
import { type BlockLine, progressBlock } from './progress-block.ts'
import type { SecondSample } from '../result.ts'
import { advance, type RunState } from './run-state.ts'

const CLEAR_REST_OF_LINE = '\u001B[K'
const CLEAR_BELOW = '\u001B[J'

/** Of terminals that do not say. */
const USUAL = { columns: 80, rows: 24 }

/** A block of lines at the end of what the terminal shows, drawn anew each second. Phases and notes stay above it. */
export class TerminalProgress implements Progress {
  readonly #terminal: NodeJS.WriteStream
  #phase = ''
  #state: RunState | undefined
  /** The lengths of the lines of the block that is seen. */
  #drawn: readonly number[] = []

  constructor(terminal: NodeJS.WriteStream) {
    this.#terminal = terminal
  }

  phase(name: string): void {
    this.#phase = onOneLine(name)
    this.#draw(`${this.#paint('dim', '▸')} ${this.#phase}`)
  }

  second(last: SecondSample, step: Span | undefined): void {
    this.#state = advance(this.#state, { phase: this.#phase, last, step })
    this.#draw()
  }

  note(text: string): void {
    this.#draw(`${this.#paint('yellow', '•')} ${onOneLine(text)}`)
  }

  end(): void {
    this.#state = undefined
    this.#draw()
  }

  /** All in one write, and over what stands there rather than on a cleared screen: anything else flickers. */
  #draw(lineAbove?: string): void {
    const { columns, rows } = this.#size()
    const block =
      this.#state === undefined ? [] : progressBlock(this.#state, columns - 1).slice(0, rows - 1)
    const lines = block.map((line) => this.#format(line))
    if (lineAbove !== undefined) lines.unshift(lineAbove)
    this.#terminal.write(
      `${this.#toStart()}${lines.map((line) => `${line}${CLEAR_REST_OF_LINE}\n`).join('')}${CLEAR_BELOW}`,
    )
    this.#drawn = block.map(({ label, text }) => label.length + text.length)
  }

  /** Terminals wrap lines anew when they become narrower, so a line may have become several. */
  #toStart(): string {
    const { columns } = this.#size()
    const height = this.#drawn.reduce(
      (sum, length) => sum + Math.max(1, Math.ceil(length / columns)),
      0,
    )
    return height === 0 ? '' : `\r\u001B[${height}A`
  }

  #format({ label, text, tone }: BlockLine): string {
    return `${this.#paint('dim', label)}${tone === undefined ? text : this.#paint(tone, text)}`
  }

  #paint(format: Parameters<typeof styleText>[0], text: string): string {
    return styleText(format, text, { stream: this.#terminal })
  }

  #size(): { readonly columns: number; readonly rows: number } {
    const { columns, rows } = this.#terminal
    return { columns: columns || USUAL.columns, rows: rows || USUAL.rows }
  }
}
