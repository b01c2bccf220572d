import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type {
  Answer,
  Command,
  DriverMessage,
  Judgement,
  Published,
  PublishOptions,
  SeenChannel,
  SubscribeOptions,
} from './commands.ts'
import { endsWithParent } from '../../rig/servers/ends-with-parent.ts'
import { MANY_SOCKETS } from './node-flags.ts'
import type { Tally } from './tally.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

const NODE_FLAGS = [...MANY_SOCKETS, '--disable-warning=ExperimentalWarning']

/** Of standard error, in the error of a driver that died: the end of it says why. */
const ERROR_BYTES = 4_000

/** Milliseconds in which a driver that has a command says something: it tells a tally each second. */
const LONGEST_SILENCE = 60_000

export interface DriverProcessOptions {
  readonly onTally: (tally: Tally) => void
  /** The process has ended, be it by its disposal. */
  readonly onEnd?: (error: Error) => void
  /** The core that the process is bound to; undefined: any. */
  readonly core?: number
  /** Milliseconds without a word, after which a driver that was given a command is killed. */
  readonly longestSilence?: number
}

type ByKind<Kind extends Command['kind']> = Omit<Extract<Command, { kind: Kind }>, 'kind'>

/**
 * A process that makes load. Each method resolves when the driver has done it, and rejects with a sentence if it failed
 * or died. One at a time, except `stop`.
 */
export class DriverProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #onTally: (tally: Tally) => void
  readonly #ended: Promise<never>
  readonly #longestSilence: number
  #silence: NodeJS.Timeout | undefined
  #answered: ((answer: Answer) => void) | undefined
  #errors = ''

  private constructor(
    child: ChildProcess,
    { onTally, onEnd, longestSilence = LONGEST_SILENCE }: DriverProcessOptions,
  ) {
    this.#child = child
    this.#longestSilence = longestSilence
    this.#onTally = onTally
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-ERROR_BYTES)
    })
    child.on('message', (message: DriverMessage) => {
      this.#take(message)
    })
    this.#ended = this.#rejectAtEnd()
    // Each command awaits it; between two commands nothing does.
    this.#ended.catch((error: Error) => onEnd?.(error))
    process.on('exit', this.#kill)
  }

  static start(options: DriverProcessOptions): DriverProcess {
    const { core } = options
    const command = [process.execPath, ...NODE_FLAGS, MAIN] as const
    const pinned =
      core === undefined ? command : (['taskset', '-c', String(core), ...command] as const)
    // A driver that is stopped would not notice that its parent is gone.
    const [file, ...args] = endsWithParent(pinned)
    const child = spawn(file, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { PATH: process.env['PATH'], ...readAuthorities() },
    })
    return new DriverProcess(child, options)
  }

  /** Undefined if it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Must come first. */
  async prepare(options: ByKind<'prepare'>): Promise<void> {
    await this.#command({ kind: 'prepare', ...options })
  }

  async subscribe(options: SubscribeOptions): Promise<void> {
    await this.#command({ kind: 'subscribe', options })
  }

  async unsubscribe(count: number): Promise<void> {
    await this.#command({ kind: 'unsubscribe', count })
  }

  async cut(count: number): Promise<void> {
    await this.#command({ kind: 'cut', count })
  }

  async readAtOnce(): Promise<void> {
    await this.#command({ kind: 'read-at-once' })
  }

  async publish(options: PublishOptions): Promise<void> {
    await this.#command({ kind: 'publish', options })
  }

  async publishAtOnce(options: ByKind<'publish-at-once'>): Promise<void> {
    await this.#command({ kind: 'publish-at-once', ...options })
  }

  async saturate(options: ByKind<'saturate'>): Promise<void> {
    await this.#command({ kind: 'saturate', ...options })
  }

  async published(): Promise<Published> {
    const answer = await this.#command({ kind: 'published' })
    if (answer.kind !== 'published') throw unexpected(answer)
    return answer.published
  }

  async awaitEvents(published: Published, limit: number): Promise<readonly SeenChannel[]> {
    const answer = await this.#command({ kind: 'await-events', published, limit })
    if (answer.kind !== 'seen') throw unexpected(answer)
    return answer.seen
  }

  async judge(
    published: Published,
    limit: number,
    seen: readonly SeenChannel[] = [],
    oneByOne = false,
  ): Promise<Judgement> {
    const answer = await this.#command({ kind: 'judge', published, limit, seen, oneByOne })
    if (answer.kind !== 'judged') throw unexpected(answer)
    return answer.judgement
  }

  /** Ends the command that runs, which then resolves early. */
  stop(): void {
    if (this.#child.connected) this.#child.send({ kind: 'stop' } satisfies Command)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#kill)
    this.#kill()
    await this.#ended.catch(() => undefined)
  }

  async #command(command: Command): Promise<Answer> {
    if (this.#answered !== undefined) {
      throw new Error(`expected one command at a time, got ${command.kind} before an answer`)
    }
    const answered = new Promise<Answer>((resolve) => {
      this.#answered = resolve
    })
    try {
      this.#silence = setTimeout(this.#killSilent, this.#longestSilence)
      if (this.#child.connected) this.#child.send(command)
      const answer = await Promise.race([answered, this.#ended])
      if (answer.kind === 'failed') throw new Error(answer.reason)
      return answer
    } finally {
      clearTimeout(this.#silence)
      this.#answered = undefined
    }
  }

  #take(message: DriverMessage): void {
    this.#silence?.refresh()
    if (message.kind === 'tally') this.#onTally(message.tally)
    else this.#answered?.(message.answer)
  }

  async #rejectAtEnd(): Promise<never> {
    // `once` rejects with the error of a process that could not be started. `close` comes after all output.
    const [code, signal] = (await once(this.#child, 'close')) as [number | null, string | null]
    throw new Error(`a driver ended with ${code ?? signal}:\n${this.#errors.trim()}`)
  }

  readonly #kill = (): void => {
    this.#child.kill('SIGKILL')
  }

  /** A driver that hangs would stall the run for ever. */
  readonly #killSilent = (): void => {
    this.#errors += `\nit told nothing for ${this.#longestSilence / 1_000} s, and was killed`
    this.#kill()
  }
}

/** Node reads the file when it starts, so that a driver trusts whom its parent trusts. */
function readAuthorities() {
  const file = process.env['NODE_EXTRA_CA_CERTS']
  return file === undefined ? {} : { NODE_EXTRA_CA_CERTS: file }
}

function unexpected({ kind }: Answer): Error {
  return new Error(`expected an answer of the driver, got ${kind}`)
}
