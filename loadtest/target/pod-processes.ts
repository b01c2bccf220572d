import { processesOf } from '../../rig/release/container-processes.ts'

/** Looks for a container: one whose processes are not found then runs on another machine. */
const MOST_LOOKS = 5

/** The processes of the containers that were asked for, as far as they are on this machine. */
export class PodProcesses {
  readonly #look: typeof processesOf
  readonly #looks = new Map<string, number>()
  #found: ReadonlyMap<string, readonly number[]> = new Map()

  constructor(look = processesOf) {
    this.#look = look
  }

  /**
   * Looks again a few times for one that is not found, since a container may be listed before its processes run; else
   * not, since a look reads what the machine says of all its processes.
   */
  async find(containers: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>> {
    const missing = containers.filter(
      (container) => !this.#found.has(container) && this.#looksFor(container) < MOST_LOOKS,
    )
    if (missing.length === 0) return this.#found
    for (const container of missing) this.#looks.set(container, this.#looksFor(container) + 1)
    this.#found = await this.#look(containers)
    return this.#found
  }

  #looksFor(container: string): number {
    return this.#looks.get(container) ?? 0
  }
}
