import { LoadBalancer } from './load-balancer.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'

/** Several services on one log behind a balancer, each a process of its own. */
export class Pods implements AsyncDisposable {
  readonly balancer: LoadBalancer
  readonly #flags: readonly string[]
  readonly #pods: ServeProcess[] = []
  /** Those that were there and need not live. */
  readonly #removed: ServeProcess[] = []

  private constructor(balancer: LoadBalancer, flags: readonly string[]) {
    this.balancer = balancer
    this.#flags = flags
  }

  static async start(count: number, flags: readonly string[]): Promise<Pods> {
    const pods = new Pods(await LoadBalancer.start(), ['--log-level=info', ...flags])
    await Promise.all(Array.from({ length: count }, async () => pods.add()))
    return pods
  }

  get url(): string {
    return this.balancer.url
  }

  /** Those that are there now. */
  get all(): readonly ServeProcess[] {
    return [...this.#pods]
  }

  /** One more, with flags that beat those of the others. */
  async add(...flags: readonly string[]): Promise<ServeProcess> {
    const pod = await spawnServe([...this.#flags, ...flags])
    this.#pods.push(pod)
    this.#direct()
    return pod
  }

  /** No new connection goes to it any more; those that it has stay. */
  remove(pod: ServeProcess): void {
    this.#removed.push(...this.#pods.splice(this.#pods.indexOf(pod), 1))
    this.#direct()
  }

  /** Throws if one of those that are there has ended by itself, as an error that nobody caught ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    const ended = this.#pods.filter(({ child }) => child.exitCode !== null)
    await this.balancer[Symbol.asyncDispose]()
    const all = [...this.#pods, ...this.#removed]
    await Promise.all(all.map(async (pod) => pod[Symbol.asyncDispose]()))
    if (ended.length > 0) throw new Error(`expected every pod to live, ${ended.length} did not`)
  }

  #direct(): void {
    this.balancer.targets = this.#pods.map(({ url }) => url)
  }
}
