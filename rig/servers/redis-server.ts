import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { endsWithParent } from './ends-with-parent.ts'
import { freePort } from './free-port.ts'
import type { TestAuthority } from './redis-tls.ts'

/** Lines of redis.conf, by the name of the directive. */
export type Directives = Readonly<Record<string, string | number>>

export interface ServerOptions {
  /** The program to run, such as `valkey-server`. */
  readonly program?: string
  readonly directives?: Directives | undefined
  /** Complete lines, for directives that may be repeated. */
  readonly lines?: readonly string[]
  readonly isSentinel?: boolean
  /** Speaks only TLS, with a certificate of this authority. */
  readonly tls?: TestAuthority | undefined
}

/** Milliseconds that a server may take to answer after its start. */
const START_TIME = 20_000

const QUIET: Directives = {
  bind: '127.0.0.1',
  'protected-mode': 'no',
  save: '""',
  appendonly: 'no',
  'repl-diskless-sync-delay': 0,
  'enable-debug-command': 'yes',
}

/** A real server on a loopback port, with a folder of its own. Disposal removes both. */
export class RedisServer implements AsyncDisposable {
  readonly port: number
  /** The connection of the test itself, not of the code under test. */
  readonly client: Redis
  readonly #folder: string
  readonly #options: ServerOptions
  #process: ChildProcess | undefined

  private constructor(port: number, folder: string, options: ServerOptions) {
    this.port = port
    this.#folder = folder
    this.#options = options
    const password = options.directives?.['requirepass']
    this.client = new Redis({
      port,
      host: '127.0.0.1',
      lazyConnect: true,
      retryStrategy: () => 50,
      ...(password !== undefined && { password: String(password) }),
      ...(options.tls !== undefined && { tls: options.tls.connectionOptions }),
    })
    this.client.on('error', () => undefined)
  }

  static async start(options: ServerOptions = {}): Promise<RedisServer> {
    const [port, busPort] = [await freePort(), await freePort()]
    const folder = await mkdtemp(join(tmpdir(), 'runnel-redis-'))
    const server = new RedisServer(port, folder, options)
    const isCluster = options.directives?.['cluster-enabled'] === 'yes'
    const directives = {
      ...(options.isSentinel === true ? { bind: '127.0.0.1' } : QUIET),
      ...options.directives,
      ...(options.tls === undefined
        ? { port }
        : { port: 0, 'tls-port': port, ...options.tls.directives }),
      dir: folder,
      ...(isCluster && { 'cluster-port': busPort }),
    }
    const lines = Object.entries(directives).map(([name, value]) => `${name} ${value}`)
    await writeFile(server.#config, [...lines, ...(options.lines ?? []), ''].join('\n'))
    try {
      await server.restart()
      return server
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
  }

  get url(): string {
    return this.urlAt('127.0.0.1')
  }

  /** With another name or address of this machine. */
  urlAt(host: string): string {
    return `${this.scheme}://${host}:${this.port}`
  }

  get scheme(): 'redis' | 'rediss' {
    return this.#options.tls === undefined ? 'redis' : 'rediss'
  }

  /** Kills the server, as a crash does, and starts it again with the data in its folder. */
  async restart(): Promise<void> {
    await this.kill()
    const { program = 'redis-server', isSentinel } = this.#options
    const [file, ...args] = endsWithParent([program, this.#config])
    if (isSentinel === true) args.push('--sentinel')
    this.#process = spawn(file, args, { stdio: 'ignore' })
    await this.#answers()
  }

  async kill(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** The server keeps its connections, but does not answer. */
  freeze(): void {
    this.#process?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#process?.kill('SIGCONT')
  }

  /** One number or text of INFO. */
  async info(field: string): Promise<string> {
    const text = await this.client.info()
    const found = new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(text)
    if (found === null) throw new Error(`expected ${field} in INFO`)
    return found[1]!
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.disconnect()
    await this.kill()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Does not use the waiting of vitest, since benchmarks start servers too. */
  async #answers(): Promise<void> {
    const giveUpAt = performance.now() + START_TIME
    while ((await this.client.ping().catch(() => undefined)) === undefined) {
      if (performance.now() > giveUpAt) throw new Error(`expected a server on port ${this.port}`)
      await setTimeout(10)
    }
  }

  get #config(): string {
    return join(this.#folder, 'redis.conf')
  }
}
