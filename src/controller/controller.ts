import type { ControllerContext } from './controller-context.ts'
import { createLeader } from './leader/create-leader.ts'
import type { LeaderWork } from './leader/leader-work.ts'
import type { AdminListener } from './listener/admin-listener.ts'
import { createAdminListener } from './listener/create-admin-listener.ts'
import { Replica } from './replica.ts'

/** One replica of the controller, which may be the one that leads. */
export class Controller {
  readonly #replica: Replica
  readonly #leader: LeaderWork
  readonly #listener: AdminListener

  constructor(context: ControllerContext) {
    this.#replica = new Replica(context, {
      isLeader: () => this.#leader.isLeader,
      onChange: (fleets) => {
        this.#leader.add(fleets)
      },
    })
    this.#leader = createLeader(context, this.#replica)
    this.#listener = createAdminListener(context, this.#replica, this.#leader)
  }

  /** Resolves to the URL of the admin listener, while all else goes on. Rejects if it cannot listen. */
  async start(): Promise<string> {
    const url = await this.#listener.start()
    await this.#replica.start()
    void this.#lead()
    return url
  }

  /** Finishes the work that has begun, and hands the lease over. */
  async close(): Promise<void> {
    await this.#leader.close()
    await Promise.all([this.#replica.close(), this.#listener.close()])
  }

  /** A leader that does not know all fleets and pods would plan as if there were fewer. */
  async #lead(): Promise<void> {
    const isKnown = await this.#replica.registry.start()
    if (isKnown) this.#leader.start()
  }
}
