import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** RFC 2544 reserves it for benchmarks, so it shadows no real network. */
const NETWORK = '198.18'

/** A network namespace behind a virtual link. When the link is cut, all programs in it fall silent. */
export class NetworkNamespace implements AsyncDisposable {
  /** Address of this machine as the namespace sees it. */
  readonly hostAddress: string
  readonly #name: string

  private constructor(name: string, hostAddress: string) {
    this.#name = name
    this.hostAddress = hostAddress
  }

  /** Needs root on Linux, and iproute2. */
  static async create(): Promise<NetworkNamespace> {
    const name = `runnel${process.pid}`
    const subnet = `${NETWORK}.${process.pid % 256}`
    const namespace = new NetworkNamespace(name, `${subnet}.1`)
    try {
      await ip('netns', 'add', name)
      await ip('link', 'add', namespace.#hostEnd, 'type', 'veth', 'peer', name, 'netns', name)
      await ip('address', 'add', `${subnet}.1/30`, 'dev', namespace.#hostEnd)
      await ip('link', 'set', namespace.#hostEnd, 'up')
      await ip('-n', name, 'address', 'add', `${subnet}.2/30`, 'dev', name)
      await ip('-n', name, 'link', 'set', name, 'up')
    } catch (error) {
      await namespace[Symbol.asyncDispose]()
      throw new Error(
        'expected to create a network namespace, which needs Linux, root and the command ip ' +
          '(apt-get install iproute2); RUNNEL_TEST_NETNS=skip leaves out the tests that need one',
        { cause: error },
      )
    }
    return namespace
  }

  /** The words before a command that run it in the namespace. */
  get wrapper(): readonly string[] {
    return ['ip', 'netns', 'exec', this.#name]
  }

  /** Cuts the link: no packet passes in either direction, and no connection is closed. */
  async cut(): Promise<void> {
    await ip('-n', this.#name, 'link', 'set', this.#name, 'down')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Both ends of the link vanish with the namespace.
    await ip('netns', 'delete', this.#name).catch(() => undefined)
  }

  get #hostEnd(): string {
    return `${this.#name}h`
  }
}

async function ip(...args: string[]): Promise<void> {
  await run('ip', args)
}
