import { processesOf } from '../../rig/release/container-processes.ts'

/** The processes of the containers that were asked for, as far as they are on this machine. */
export class PodProcesses {
  readonly #look: typeof processesOf
  #found: ReadonlyMap<string, readonly number[]> = new Map()

  constructor(look = processesOf) {
    this.#look = look
  }

  /**
   * Looks again while one is not found, since a container may be listed before its processes run; else not, since a
   * look reads what the machine says of all its processes.
   */
  async find(containers: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>> {
    const isComplete = containers.every((container) => this.#found.has(container))
    if (!isComplete) this.#found = await this.#look(containers)
    return this.#found
  }
}
