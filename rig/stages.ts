import { styleText } from 'node:util'

/** Milliseconds between progress lines: longer silence looks like a hang. */
const PROGRESS_INTERVAL = 15_000

interface Stage {
  readonly name: string
  readonly outcome: string
  readonly milliseconds: number
}

/** Reports long work stage by stage, and sums up the stages with their times. */
export class Stages {
  readonly #done: Stage[] = []
  readonly #report: (line: string) => void

  constructor(report = reportToTerminal) {
    this.#report = report
  }

  /** `work` resolves to its outcome, in a few words. */
  async run(name: string, work: () => Promise<string>): Promise<void> {
    const start = performance.now()
    const elapsed = () => performance.now() - start
    this.#report(`${name} …`)
    const timer = setInterval(() => {
      this.#report(`${name} … ${seconds(elapsed())} so far`)
    }, PROGRESS_INTERVAL)
    try {
      const outcome = await work()
      this.#done.push({ name, outcome, milliseconds: elapsed() })
      this.#report(`${name}: ${outcome}, ${seconds(elapsed())}`)
    } catch (error) {
      this.#done.push({ name, outcome: 'failed', milliseconds: elapsed() })
      throw error
    } finally {
      clearInterval(timer)
    }
  }

  /** Reports a possible problem that is no failure. */
  warn(message: string): void {
    this.#report(`warning: ${message}`)
  }

  /** One line for each stage, and the total time. */
  summary(): string {
    if (this.#done.length < 2) return ''
    const rows = this.#done.map(
      ({ name, outcome, milliseconds }) =>
        `${seconds(milliseconds).padStart(9)}  ${name}: ${outcome}\n`,
    )
    const sum = this.#done.reduce((total, { milliseconds }) => total + milliseconds, 0)
    return `${rows.join('')}${seconds(sum).padStart(9)}  in all\n`
  }
}

function reportToTerminal(line: string): void {
  process.stderr.write(`${styleText('dim', '▸', { stream: process.stderr })} ${line}\n`)
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}
