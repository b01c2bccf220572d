import { classifyError } from './classify-error.ts'
import type { ConnectionFailure } from './connection-failures.ts'
import type { Refusals } from './refusals.ts'
import type { Servers } from './servers.ts'
import type { Trouble } from './trouble-codes.ts'

const CONNECT = { operation: 'connect' }

/**
 * The troubles of new connections while those for commands stand. A changed password, another certificate or a limit
 * of clients shows in new connections alone, since a server does not ask established ones again.
 */
export class ConnectionTroubles {
  readonly #servers: Servers
  readonly #refusals: Refusals
  /** By the names of servers. */
  #troubles: ReadonlyMap<string, Trouble> = new Map()
  #isChecking = false

  constructor(servers: Servers, refusals: Refusals) {
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
    await Promise.all(
      failures.map(async (failure) => {
        const trouble = await this.#find(failure)
        if (trouble !== undefined) troubles.set(failure.server, trouble)
      }),
    )
    this.#isChecking = false
    this.#troubles = troubles
    for (const trouble of troubles.values()) this.#refusals.noteTrouble(trouble, CONNECT)
    if (failures.length === 0) this.#refusals.accept(CONNECT)
  }

  /** Undefined where the next attempt may succeed: a failure may be left of an outage that is over. */
  async #find(failure: ConnectionFailure): Promise<Trouble | undefined> {
    const told = toldBy(failure)
    if (told !== undefined) return told
    const found = await this.#servers.findError(failure.server, false, failure.error)
    return found === undefined ? undefined : classifyError(found)
  }
}

/** The trouble of which the server itself told the connection. */
function toldBy({ error }: ConnectionFailure): Trouble | undefined {
  const trouble = classifyError(error)
  return trouble.state === 'refused' ? trouble : undefined
}
