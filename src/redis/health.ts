import type { Redis } from 'ioredis'
import { classify } from './classify.ts'
import { isOfConnection } from './connection.ts'
import type { Tell, TroubleReport } from './incident.ts'
import { Outage } from './outage.ts'
import type { Refusals } from './refusals.ts'
import { examineServer } from './server-check.ts'
import type { Servers } from './servers.ts'
import { newTrouble, type Trouble } from './trouble.ts'

export interface HealthObserver {
  readonly tell: Tell
  /** Told once of each thing to mend that stands in no way; must not throw. */
  readonly warn: (warning: string) => void
}

/** How often each server is asked whether it is there, in ms. */
const INTERVAL = 1_000
/** A server is examined when it comes back, and after so many rounds: its settings may change. */
const ROUNDS_BETWEEN_EXAMINATIONS = 30

const UNCONNECTED = newTrouble('unreachable', 'there is no connection to it')

/** Knows which servers answer and may hold their part of the log. */
export class ServerHealth {
  readonly #servers: Servers
  readonly #refusals: Refusals
  readonly #observer: HealthObserver
  readonly #outage: Outage
  /** Why a server cannot be used, by its name. */
  #troubles: ReadonlyMap<string, Trouble> = new Map()
  /** Why none can. */
  #trouble: Trouble | undefined = newTrouble('unreachable', 'it was not reached yet')
  #examined = new WeakSet<Redis>()
  readonly #warnings = new Set<string>()
  #rounds = 0
  #isReady = false
  #isClosed = false
  #timer: NodeJS.Timeout | undefined

  constructor(servers: Servers, refusals: Refusals, observer: HealthObserver) {
    this.#servers = servers
    this.#refusals = refusals
    this.#observer = observer
    this.#outage = new Outage(observer.tell, refusals.interval)
  }

  /** A server answered at least once. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** What stands in the way of the log as a whole; undefined if nothing does. */
  get trouble(): Trouble | undefined {
    return this.#trouble ?? this.#troubles.values().next().value
  }

  /** The same, with what it has cost so far. */
  get report(): TroubleReport | undefined {
    return this.#outage.report
  }

  /** What stands in the way of using one server. */
  troubleOf(server: string | undefined): Trouble | undefined {
    if (server === undefined) {
      return this.#trouble ?? newTrouble('cluster-changes', 'no server holds this part of the log')
    }
    return this.#trouble ?? this.#troubles.get(server)
  }

  /** What stood in the way when something that was asked of a server has failed. */
  troubleBehind(error: unknown, server: string | undefined): Trouble {
    if (!isOfConnection(error)) return classify(error)
    const behind = this.#servers.errorOf(server) ?? this.#servers.furtherErrors()[0]
    return classify(behind ?? error)
  }

  /** A request failed for want of a server. */
  miss(): void {
    this.#outage.miss()
  }

  /**
   * Asks once, then goes on asking. Rejects with a sentence if a server answers and will hold no log for
   * us until somebody mends it.
   */
  async start(): Promise<void> {
    await this.#ask()
    const lasting = [this.trouble, ...this.#troubles.values()].find((each) => each?.isLasting)
    if (lasting !== undefined) throw new Error(sentence(lasting))
    this.#conclude()
  }

  close(): void {
    this.#isClosed = true
    this.#trouble = newTrouble('unreachable', 'it was closed')
    clearTimeout(this.#timer)
  }

  async #next(): Promise<void> {
    await this.#ask()
    if (!this.#isClosed) this.#conclude()
  }

  #conclude(): void {
    const { trouble } = this
    this.#outage.see(trouble)
    if (trouble === undefined) this.#noteConnections()
    this.#refusals.settle()
    this.#timer = setTimeout(() => {
      void this.#next()
    }, INTERVAL).unref()
  }

  /** A password that has changed is asked for by new connections alone: those that stand go on. */
  #noteConnections(): void {
    const question = { operation: 'connect' }
    const troubles = this.#servers.furtherErrors().map(classify)
    const refused = troubles.find(({ state }) => state === 'refused')
    if (refused === undefined) this.#refusals.accept(question)
    else this.#refusals.noteTrouble(refused, question)
  }

  /** Asks every server. */
  async #ask(): Promise<void> {
    if (this.#rounds++ % ROUNDS_BETWEEN_EXAMINATIONS === 0) this.#examined = new WeakSet()
    const names = this.#servers.names()
    const troubles = new Map<string, Trouble>()
    await Promise.all(
      names.map(async (name) => {
        const trouble = await this.#troubleWith(name)
        if (trouble !== undefined) troubles.set(name, this.#named(name, trouble))
      }),
    )
    if (this.#isClosed) return
    this.#troubles = troubles
    this.#trouble = names.length === 0 ? this.#troubleWithAll() : undefined
    const isAnyThere = troubles.size < names.length
    this.#isReady ||= isAnyThere
    this.#refusals.isSilent = !isAnyThere
  }

  /** While a cluster has not said who its nodes are. */
  #troubleWithAll(): Trouble {
    const error = this.#servers.errorOf()
    const trouble = error === undefined ? UNCONNECTED : classify(error)
    return { ...trouble, detail: `no node of the cluster answers: ${trouble.detail}` }
  }

  async #troubleWith(name: string): Promise<Trouble | undefined> {
    const redis = this.#servers.commandsOf(name)
    if (redis === undefined) return this.#troubleConnecting(name)
    try {
      return await this.#askOne(redis)
    } catch (error) {
      // Where there is no connection, the error of the command says no more than that.
      const isConnected = redis.status === 'ready' && !isOfConnection(error)
      return isConnected ? classify(error) : this.#troubleConnecting(name)
    }
  }

  #troubleConnecting(name: string): Trouble {
    const error = this.#servers.errorOf(name)
    return error === undefined ? (this.#troubles.get(name) ?? UNCONNECTED) : classify(error)
  }

  /** Which of several it is, an error does not always say. */
  #named(name: string, trouble: Trouble): Trouble {
    const { detail } = trouble
    const isNamed = !this.#servers.isCluster || detail.startsWith(name)
    return isNamed ? trouble : { ...trouble, detail: `${name}: ${detail}` }
  }

  async #askOne(redis: Redis): Promise<Trouble | undefined> {
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
    const { trouble, warning } = await examineServer(redis, this.#servers.isCluster)
    if (trouble === undefined) this.#examined.add(redis)
    if (warning !== undefined && !this.#warnings.has(warning)) {
      this.#warnings.add(warning)
      this.#observer.warn(warning)
    }
    return trouble
  }
}

function sentence({ detail, mend }: Trouble): string {
  const what = detail.startsWith('expected')
    ? detail
    : `expected a Redis that may be used, got: ${detail}`
  return `${what}: ${mend}`
}
