import { processesOf } from '../../rig/release/container-processes.ts'

/** The process of each container that was asked for, as far as it is on this machine. */
export class PodProcesses {
  readonly #pids = new Map<string, Promise<number | undefined>>()

  /** Looks once, since the look reads what the machine says of all its processes. */
  async find(container: string): Promise<number | undefined> {
    const known = this.#pids.get(container)
    if (known !== undefined) return known
    const found = processesOf([container]).then((all) => all.get(container)?.[0])
    this.#pids.set(container, found)
    return found
  }
}
