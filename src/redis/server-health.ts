import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { classifyError } from './classify-error.ts'
import { isNotConnected, tellsCause } from './connection-errors.ts'
import { ConnectionTroubles } from './connection-troubles.ts'
import type { TroubleListener, TroubleReport } from './incident.ts'
import { Outage } from './outage.ts'
import type { Refusals } from './refusals.ts'
import { checkServer } from './server-check.ts'
import type { Servers } from './servers.ts'
import { newTrouble, type Trouble } from './trouble-codes.ts'

export interface HealthObserver {
  readonly onTrouble: TroubleListener
  /** Called once for each setting of a server that should be changed and is no trouble. Must not throw. */
  readonly onWarning: (warning: string) => void
}

/** How often each server is pinged, in ms. */
const INTERVAL = 1_000
/** The settings of a server are checked when it comes back, and every so many rounds: they may change. */
const ROUNDS_BETWEEN_CHECKS = 30

/** How long the start waits for the cause of a failed connection, in ms: a server that hangs shows none. */
const SEARCH_AT_START = 1_000

const UNCONNECTED = newTrouble('unreachable', 'there is no connection to it')

/** Asks each server, once a second, whether it answers and may hold its part of the log. */
export class ServerHealth {
  readonly #servers: Servers
  readonly #refusals: Refusals
  readonly #observer: HealthObserver
  readonly #outage: Outage
  readonly #connections: ConnectionTroubles
  /** The trouble of each server that cannot be used, by its name. */
  #troubles: ReadonlyMap<string, Trouble> = new Map()
  /** The trouble of all servers together. */
  #trouble: Trouble | undefined = newTrouble('unreachable', 'it was not reached yet')
  #checked = new WeakSet<Redis>()
  readonly #warnings = new Set<string>()
  #rounds = 0
  #isReady = false
  #isClosed = false
  #timer: NodeJS.Timeout | undefined

  constructor(servers: Servers, refusals: Refusals, observer: HealthObserver) {
    this.#servers = servers
    this.#refusals = refusals
    this.#observer = observer
    this.#outage = new Outage(observer.onTrouble, refusals.interval)
    this.#connections = new ConnectionTroubles(servers, refusals)
  }

  /** A server answered at least once. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** Why the log, or a part of it, cannot be used; undefined if all of it can. */
  get trouble(): Trouble | undefined {
    return this.#trouble ?? this.#troubles.values().next().value
  }

  /** The same, with its beginning and the number of requests that failed by it. */
  get report(): TroubleReport | undefined {
    return this.#outage.report
  }

  /** Why a server cannot be used; undefined if it can. */
  troubleOf(server: string | undefined): Trouble | undefined {
    if (server === undefined) {
      return this.#trouble ?? newTrouble('cluster-changes', 'no server holds this part of the log')
    }
    return this.#trouble ?? this.#troubles.get(server)
  }

  /** The trouble behind the error of a command that was meant for a server. */
  troubleBehind(error: unknown, server: string | undefined): Trouble {
    if (!isNotConnected(error)) return classifyError(error)
    const cause = this.#servers.errorOf(server)
    if (cause !== undefined) return classifyError(cause)
    return this.#connections.of(server) ?? classifyError(error)
  }

  /** A request failed since its server could not be used. */
  countFailure(): void {
    this.#outage.countFailure()
  }

  /**
   * Asks the servers once, then every second. Rejects with a sentence if a server answers and cannot hold
   * the log until a person mends it.
   */
  async start(): Promise<void> {
    await this.#checkAll()
    const lasting = [this.trouble, ...this.#troubles.values()].find((each) => each?.isLasting)
    if (lasting !== undefined) throw new Error(describe(lasting))
    this.#endRound()
  }

  close(): void {
    this.#isClosed = true
    this.#trouble = newTrouble('unreachable', 'it was closed')
    clearTimeout(this.#timer)
  }

  async #runRound(): Promise<void> {
    await this.#checkAll()
    if (!this.#isClosed) this.#endRound()
  }

  #endRound(): void {
    const { trouble } = this
    this.#outage.update(trouble)
    if (trouble === undefined) void this.#connections.check()
    this.#refusals.reportEnded()
    this.#timer = setTimeout(() => {
      void this.#runRound()
    }, INTERVAL).unref()
  }

  /** Asks every server. */
  async #checkAll(): Promise<void> {
    if (this.#rounds++ % ROUNDS_BETWEEN_CHECKS === 0) this.#checked = new WeakSet()
    const names = this.#servers.names()
    const troubles = new Map<string, Trouble>()
    await Promise.all(
      names.map(async (name) => {
        const trouble = await this.#findTrouble(name)
        if (trouble !== undefined) troubles.set(name, this.#withName(name, trouble))
      }),
    )
    const trouble = names.length === 0 ? await this.#troubleOfCluster() : undefined
    if (this.#isClosed) return
    this.#troubles = troubles
    this.#trouble = trouble
    const isAnyUsable = troubles.size < names.length
    this.#isReady ||= isAnyUsable
    this.#refusals.isMuted = !isAnyUsable
  }

  /** For a cluster whose nodes are not known yet. */
  async #troubleOfCluster(): Promise<Trouble> {
    const trouble = await this.#troubleOfConnection()
    return { ...trouble, detail: `no node of the cluster answers: ${trouble.detail}` }
  }

  async #findTrouble(name: string): Promise<Trouble | undefined> {
    const redis = this.#servers.commandsOf(name)
    if (redis === undefined) return this.#troubleOfConnection(name)
    try {
      return await this.#check(redis)
    } catch (error) {
      // Without a connection, the error of the command says no more than that.
      const isConnected = redis.status === 'ready' && !isNotConnected(error)
      return isConnected ? classifyError(error) : this.#troubleOfConnection(name)
    }
  }

  async #troubleOfConnection(name?: string): Promise<Trouble> {
    const error = this.#servers.errorOf(name)
    const told = error === undefined || !tellsCause(error) ? undefined : classifyError(error)
    // At the start, a server that does not answer may speak another protocol.
    if (told !== undefined && (this.#isReady || told.code !== 'timeout')) return told
    const found = await this.#findError(name)
    // Another attempt may have failed meanwhile, with more to tell.
    const latest = found ?? this.#servers.errorOf(name)
    if (latest !== undefined) return classifyError(latest)
    return (name === undefined ? undefined : this.#troubles.get(name)) ?? UNCONNECTED
  }

  async #findError(name: string | undefined): Promise<Error | undefined> {
    const found = this.#servers.findError(name, !this.#isReady)
    if (this.#rounds > 1) return found
    const latest = this.#servers.errorOf(name) ?? new Error('it does not answer: timed out')
    return Promise.race([found, delay(SEARCH_AT_START, latest, { ref: false })])
  }

  /** An error does not always name its server, which matters where there are several. */
  #withName(name: string, trouble: Trouble): Trouble {
    const { detail } = trouble
    const isNamed = !this.#servers.isCluster || detail.startsWith(name)
    return isNamed ? trouble : { ...trouble, detail: `${name}: ${detail}` }
  }

  async #check(redis: Redis): Promise<Trouble | undefined> {
    if (this.#checked.has(redis)) {
      try {
        await redis.ping()
        return undefined
      } catch (error) {
        // Another server may answer in its place after a reconnect.
        this.#checked.delete(redis)
        throw error
      }
    }
    const { trouble, warning } = await checkServer(redis, this.#servers.isCluster)
    if (trouble === undefined) this.#checked.add(redis)
    if (warning !== undefined && !this.#warnings.has(warning)) {
      this.#warnings.add(warning)
      this.#observer.onWarning(warning)
    }
    return trouble
  }
}

function describe({ detail, mend }: Trouble): string {
  const problem = detail.startsWith('expected')
    ? detail
    : `expected a Redis that may be used, got: ${detail}`
  return `${problem}: ${mend}`
}
