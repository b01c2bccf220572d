import { classifyError } from './classify-error.ts'
import type { ConnectionFailure } from './connection-failures.ts'
import type { Refusals } from './refusals.ts'
import type { Servers } from './servers.ts'
import type { Trouble } from './trouble-codes.ts'

const CONNECT = { operation: 'connect' }

/** Between two looks for the cause of a failure, in ms. Each opens connections of its own. */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 16_000

type SomeServers = Pick<Servers, 'failedConnections' | 'findError'>

interface Search {
  /** What the connection said. */
  readonly error: string
  /** What the last look has found. */
  readonly trouble: Trouble | undefined
  readonly pause: number
  /** By `performance.now()`. */
  readonly endedAt: number
}

/**
 * The troubles of new connections while those for commands stand. A changed password, another certificate or a limit
 * of clients shows in new connections alone, since a server does not ask established ones again.
 */
export class ConnectionTroubles {
  readonly #servers: SomeServers
  readonly #refusals: Refusals
  /** By the names of servers that a connection cannot be made to. */
  #searches: ReadonlyMap<string, Search> = new Map()
  /** By the names of servers. */
  #troubles: ReadonlyMap<string, Trouble> = new Map()
  #isChecking = false

  constructor(servers: SomeServers, refusals: Refusals) {
    this.#servers = servers
    this.#refusals = refusals
  }

  /** Why no further connection to a server can be made, where one has failed; of any server if none is named. */
  of(server: string | undefined): Trouble | undefined {
    const failures = this.#servers.failedConnections()
    const failure = failures.find((each) => server === undefined || each.server === server)
    if (failure === undefined) return undefined
    return toldBy(failure) ?? this.#troubles.get(failure.server) ?? classifyError(failure.error)
  }

  /** Never rejects. To be called about once a second while commands are answered by every server. */
  async check(): Promise<void> {
    if (this.#isChecking) return
    this.#isChecking = true
    const failures = this.#servers.failedConnections()
    const troubles = new Map<string, Trouble>()
    const searches = new Map<string, Search>()
    await Promise.all(
      failures.map(async (failure) => {
        const told = toldBy(failure)
        const search = told === undefined ? await this.#search(failure) : undefined
        if (search !== undefined) searches.set(failure.server, search)
        const trouble = told ?? search?.trouble
        if (trouble !== undefined) troubles.set(failure.server, trouble)
      }),
    )
    this.#isChecking = false
    this.#searches = searches
    this.#troubles = troubles
    for (const trouble of troubles.values()) this.#refusals.noteTrouble(trouble, CONNECT)
    if (failures.length === 0) this.#refusals.accept(CONNECT)
  }

  /**
   * Looks for the cause less and less often while a connection fails with the same words. Finds none where the next
   * attempt may succeed: a failure may be left of an outage that is over.
   */
  async #search({ server, error }: ConnectionFailure): Promise<Search> {
    const known = this.#searches.get(server)
    const last = known?.error === error.message ? known : undefined
    if (last !== undefined && performance.now() - last.endedAt < last.pause) return last
    const found = await this.#servers.findError(server, false, error)
    const trouble = found === undefined ? undefined : classifyError(found)
    const pause = last === undefined ? FIRST_PAUSE : Math.min(last.pause * 2, LONGEST_PAUSE)
    return { error: error.message, trouble, pause, endedAt: performance.now() }
  }
}

/** The trouble of which the server itself told the connection. */
function toldBy({ error }: ConnectionFailure): Trouble | undefined {
  const trouble = classifyError(error)
  return trouble.state === 'refused' ? trouble : undefined
}
