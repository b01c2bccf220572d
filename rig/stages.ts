import { styleText } from 'node:util'

/** Silence for so long, in ms, looks like a hang. */
const SIGN_OF_LIFE = 15_000

interface Stage {
  readonly name: string
  readonly outcome: string
  readonly milliseconds: number
}

/** Long work in stages: tells each as it begins and ends, and all of them with their times at last. */
export class Stages {
  readonly #done: Stage[] = []

  /** `work` resolves to what came of it, in a few words. */
  async run(name: string, work: () => Promise<string>): Promise<void> {
    const start = performance.now()
    const elapsed = () => performance.now() - start
    tell(`${name} …`)
    const timer = setInterval(() => {
      tell(`${name} … ${seconds(elapsed())} so far`)
    }, SIGN_OF_LIFE)
    try {
      const outcome = await work()
      this.#done.push({ name, outcome, milliseconds: elapsed() })
      tell(`${name}: ${outcome}, ${seconds(elapsed())}`)
    } catch (error) {
      this.#done.push({ name, outcome: 'failed', milliseconds: elapsed() })
      throw error
    } finally {
      clearInterval(timer)
    }
  }

  /** Tells what may be wrong without being a failure. */
  warn(message: string): void {
    tell(`warning: ${message}`)
  }

  /** A line a stage, and their sum. */
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

function tell(line: string): void {
  process.stderr.write(`${styleText('dim', '▸', { stream: process.stderr })} ${line}\n`)
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}
