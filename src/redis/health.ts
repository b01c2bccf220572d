import type { Redis } from 'ioredis'
import { isOfConnection } from './connection.ts'
import { examineServer } from './server-check.ts'
import type { Servers } from './servers.ts'

/** Told when the servers go away and come back, and once of each thing to mend; must not throw. */
export interface HealthObserver {
  away(reason: string): void
  back(): void
  warn(warning: string): void
}

/** How often each server is asked whether it is there, in ms. */
const INTERVAL = 1_000
/** A server is examined when it comes back, and after so many rounds: its settings may change. */
const ROUNDS_BETWEEN_EXAMINATIONS = 30

/** Knows which servers answer and may hold their part of the log. */
export class ServerHealth {
  readonly #servers: Servers
  readonly #observer: HealthObserver
  /** Why a server cannot be used, by its name. */
  #troubles: ReadonlyMap<string, string> = new Map()
  /** Why none can. */
  #trouble: string | undefined = 'it was not reached yet'
  #examined = new WeakSet<Redis>()
  readonly #warnings = new Set<string>()
  #rounds = 0
  #isReady = false
  #isClosed = false
  #timer: NodeJS.Timeout | undefined

  constructor(servers: Servers, observer: HealthObserver) {
    this.#servers = servers
    this.#observer = observer
  }

  /** A server answered at least once. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** What stands in the way of the log as a whole, for people; undefined if nothing does. */
  get trouble(): string | undefined {
    return this.#trouble ?? this.#troubles.values().next().value
  }

  /** What stands in the way of using one server. */
  troubleOf(server: string | undefined): string | undefined {
    if (server === undefined) return this.#trouble ?? 'no server holds this part of the log'
    return this.#trouble ?? this.#troubles.get(server)
  }

  /** Asks once, then goes on asking. Rejects with a sentence if a server may not hold a log. */
  async start(): Promise<void> {
    const fault = await this.#ask()
    if (fault !== undefined) throw new Error(fault)
    if (this.trouble !== undefined) this.#observer.away(this.trouble)
    this.#schedule()
  }

  close(): void {
    this.#isClosed = true
    this.#trouble = 'it was closed'
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      void this.#next()
    }, INTERVAL).unref()
  }

  async #next(): Promise<void> {
    const before = this.trouble
    await this.#ask()
    if (this.#isClosed) return
    const { trouble } = this
    if (trouble !== undefined && trouble !== before) this.#observer.away(trouble)
    if (trouble === undefined && before !== undefined) this.#observer.back()
    this.#schedule()
  }

  /** Asks every server; resolves to the fault of one that answers and may not hold a log. */
  async #ask(): Promise<string | undefined> {
    if (this.#rounds++ % ROUNDS_BETWEEN_EXAMINATIONS === 0) this.#examined = new WeakSet()
    const names = this.#servers.names()
    const troubles = new Map<string, string>()
    let fault: string | undefined
    await Promise.all(
      names.map(async (name) => {
        const redis = this.#servers.commandsOf(name)
        try {
          const found = await this.#askOne(redis)
          if (found !== undefined) troubles.set(name, (fault = found))
        } catch (error) {
          // Where there is no connection, the error of the command says no more than that.
          const isConnected = redis?.status === 'ready' && !isOfConnection(error)
          const why = isConnected ? messageOf(error) : this.#servers.errorOf(name)
          troubles.set(name, why ?? this.#troubles.get(name) ?? 'there is no connection to it')
        }
      }),
    )
    if (this.#isClosed) return undefined
    this.#troubles = troubles
    const error = this.#servers.errorOf() ?? 'none was reached yet'
    this.#trouble = names.length === 0 ? `no node of the cluster answers: ${error}` : undefined
    this.#isReady ||= troubles.size < names.length
    return fault
  }

  async #askOne(redis: Redis | undefined): Promise<string | undefined> {
    if (redis === undefined) throw new Error('there is no connection to it')
    if (this.#examined.has(redis)) {
      try {
        await redis.ping()
        return undefined
      } catch (error) {
        // Another server may answer in its place.
        this.#examined.delete(redis)
        throw error
      }
    }
    const { fault, warning } = await examineServer(redis, this.#servers.isCluster)
    if (fault === undefined) this.#examined.add(redis)
    if (warning !== undefined && !this.#warnings.has(warning)) {
      this.#warnings.add(warning)
      this.#observer.warn(warning)
    }
    return fault
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
