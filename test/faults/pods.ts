import { LoadBalancer } from './load-balancer.ts'
import { spawnServe, type ServeOptions, type ServeProcess } from '../support/serve-process.ts'

/** Several service processes on one log, behind a load balancer. */
export class Pods implements AsyncDisposable {
  readonly balancer: LoadBalancer
  readonly #flags: readonly string[]
  readonly #options: ServeOptions
  readonly #pods: ServeProcess[] = []
  /** Pods removed from the load balancer, which may have ended. */
  readonly #removed: ServeProcess[] = []

  private constructor(balancer: LoadBalancer, flags: readonly string[], options: ServeOptions) {
    this.balancer = balancer
    this.#flags = flags
    this.#options = options
  }

  static async start(
    count: number,
    flags: readonly string[],
    options: ServeOptions = {},
  ): Promise<Pods> {
    const pods = new Pods(await LoadBalancer.start(), ['--log-level=info', ...flags], options)
    await Promise.all(Array.from({ length: count }, async () => pods.add()))
    return pods
  }

  get url(): string {
    return this.balancer.url
  }

  /** The pods behind the load balancer. */
  get all(): readonly ServeProcess[] {
    return [...this.#pods]
  }

  /** Starts one more pod, whose flags override those of the others. */
  async add(...flags: readonly string[]): Promise<ServeProcess> {
    const pod = await spawnServe([...this.#flags, ...flags], this.#options)
    this.#pods.push(pod)
    this.#direct()
    return pod
  }

  /** Removes a pod from the load balancer. Its connections stay. */
  remove(pod: ServeProcess): void {
    this.#removed.push(...this.#pods.splice(this.#pods.indexOf(pod), 1))
    this.#direct()
  }

  /** Throws if a pod that was not removed has ended, for example by an uncaught error. */
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
