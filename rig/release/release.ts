import { waitFor } from '../wait-for.ts'
import { CHART, HELMS, runHelm, type Helm } from './helm.ts'
import { ingressUrl, projectImage } from './environment.ts'
import { ClusterProxy, createNamespace, deleteNamespace, kubectl } from './kubectl.ts'
import { expectRoutes } from './ingress-access.ts'
import { podNames, replacePods, type DeployedPods } from './pods.ts'
import { ReplicatedRedis } from './replicated-redis.ts'
import { applyServer } from './trial-servers.ts'

const DEMO_VALUES = `${CHART}/ci/demo-values.yaml`

/** Values of the chart by their path, as `--set` takes them. */
export type Values = Readonly<Record<string, string | number | boolean>>

export interface ReleaseOptions {
  readonly helm?: Helm
  /** Path of a chart to install that has Runnel's as its dependency `runnel`, to which the values then go. */
  readonly umbrella?: string
  readonly values?: Values
  /** Made anew, and removed in the end. */
  readonly namespace?: string
  /** Whether the pods share the Redis of `manifests/redis.yaml`, which is applied first. */
  readonly hasRedis?: boolean
  /** Whether they share a Redis with replicas and sentinels instead. */
  readonly hasReplicatedRedis?: boolean
  /** Whether to start from the values of the demo, with its Redis and its Jaeger. */
  readonly isDemo?: boolean
}

/**
 * The chart, installed under a host and in a namespace of its own, with its controller unless the values say
 * otherwise. Disposal removes both.
 */
export class Release implements AsyncDisposable {
  readonly name: string
  readonly namespace: string
  /** The part of the public URL that names it. */
  readonly host: string
  readonly #helm: Helm
  readonly #umbrella: string | undefined
  readonly #isDemo: boolean
  readonly #proxy: ClusterProxy
  #values: Values
  #redis: ReplicatedRedis | undefined

  private constructor(name: string, options: ReleaseOptions, proxy: ClusterProxy) {
    const { helm = HELMS[0]!, umbrella, values = {}, namespace } = options
    const { hasRedis = false, isDemo = false } = options
    this.name = name
    this.namespace = namespace ?? `runnel-e2e-${name}`
    this.host = `${name}.test`
    this.#helm = helm
    this.#umbrella = umbrella
    this.#isDemo = isDemo
    const redis = hasRedis ? { 'redis.url': 'redis://redis:6379' } : {}
    this.#values = { ...imageValues(), 'exposure.host': this.host, ...redis, ...values }
    this.#proxy = proxy
  }

  /** Resolves when the pods are ready and the ingress has their routes. */
  static async install(name: string, options: ReleaseOptions = {}): Promise<Release> {
    const release = new Release(name, options, await ClusterProxy.open())
    try {
      await createNamespace(release.namespace)
      const { hasRedis = false, hasReplicatedRedis = false, isDemo = false } = options
      if (hasReplicatedRedis) await release.#applyReplicatedRedis()
      else if (hasRedis || isDemo) await applyServer('redis', release.namespace)
      if (isDemo) await applyServer('jaeger', release.namespace)
      await release.#run('install', name, release.#chart, ...release.#flags())
      await expectRoutes(release.url)
      return release
    } catch (error) {
      const pods = await release.kubectl('describe', 'pods').catch(String)
      await release[Symbol.asyncDispose]()
      throw new Error(`helm install failed, with these pods:\n${pods}`, { cause: error })
    }
  }

  /** The URL for clients outside, which need the name resolution of `ingress-access.ts`. */
  get url(): string {
    return `http://${this.host}:${ingressUrl().port || '80'}`
  }

  /** The name of its main objects. */
  get fullName(): string {
    return this.name.includes('runnel') ? this.name : `${this.name}-runnel`
  }

  /** As kubectl names it. */
  get deployment(): string {
    return `deployment/${this.fullName}`
  }

  /** The controller's Deployment, as kubectl names it. */
  get controller(): string {
    return `${this.deployment}-controller`
  }

  /** The URL for requests from inside the cluster. */
  get insideUrl(): string {
    return this.insideUrlOf(this.fullName, 'http')
  }

  /** The same for another Service of its namespace. */
  insideUrlOf(service: string, port: string): string {
    return this.#proxy.urlOf(this.namespace, service, port)
  }

  /** Its Deployment, without the pods of a test or a Redis. */
  get server(): DeployedPods {
    const { namespace, deployment } = this
    return { namespace, deployment, selector: 'app.kubernetes.io/component=server' }
  }

  /** The Redis with replicas, where it was asked for. */
  get redis(): ReplicatedRedis | undefined {
    return this.#redis
  }

  /** The base of the paths of the API server, for requests from this machine. */
  get apiUrl(): string {
    return this.#proxy.url
  }

  async pods(): Promise<readonly string[]> {
    return podNames(this.server)
  }

  /** How many pods its Deployment, or another one, is meant to have. */
  async replicas(deployment = this.deployment): Promise<number> {
    const path = '--output=jsonpath={.spec.replicas}'
    return Number(await this.kubectl('get', deployment, path))
  }

  /** Replaces the pods. Resolves when the old ones are gone. */
  async replacePods(): Promise<void> {
    await replacePods(this.server)
  }

  async upgrade(values: Values, ...flags: readonly string[]): Promise<void> {
    this.#values = { ...this.#values, ...values }
    await this.#run('upgrade', this.name, this.#chart, ...this.#flags(), ...flags)
  }

  /** Runs `helm test`. Throws with the verdict if the test fails. */
  async test(): Promise<void> {
    await this.#run('test', this.name).catch(async (error: unknown) => {
      const pods = '--selector=app.kubernetes.io/component=test'
      throw new Error(await this.kubectl('logs', pods, '--tail=-1'), { cause: error })
    })
  }

  /** Resolves when the pods from before an upgrade are gone. */
  async waitForOnePod(): Promise<void> {
    await waitFor('one pod', 120_000, async () => {
      const pods = await this.pods()
      if (pods.length > 1) throw new Error(`expected one pod, got ${pods.join(' ')}`)
    })
  }

  async uninstall(): Promise<void> {
    await this.#run('uninstall', this.name, '--wait')
  }

  async kubectl(...args: readonly string[]): Promise<string> {
    return kubectl('--namespace', this.namespace, ...args)
  }

  /** Ends what this process has opened to it, and leaves it installed. */
  async leave(): Promise<void> {
    await this.#proxy[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      // Removed at once, so that the ingress drops these routes before it gets those of the next release.
      await this.kubectl('delete', 'ingress', '--all')
      // Without its server an APIService would keep every namespace from being deleted.
      await kubectl('delete', 'apiservice', `--selector=app.kubernetes.io/instance=${this.name}`)
    } finally {
      await this.leave()
      await deleteNamespace(this.namespace)
    }
  }

  async #applyReplicatedRedis(): Promise<void> {
    this.#redis = await ReplicatedRedis.apply(this.namespace)
    // In the syntax of --set a comma would begin the next value.
    this.#values = { ...this.#values, 'redis.url': this.#redis.url.replaceAll(',', '\\,') }
  }

  get #chart(): string {
    return this.#umbrella ?? CHART
  }

  #flags(): string[] {
    const prefix = this.#umbrella === undefined ? '' : 'runnel.'
    const values = Object.entries(this.#values)
    const sets = values.map(([name, value]) => `--set=${prefix}${name}=${value}`)
    const files = this.#isDemo ? [`--values=${DEMO_VALUES}`] : []
    return [...files, ...sets, '--wait', '--timeout=3m']
  }

  async #run(command: string, ...args: readonly string[]): Promise<string> {
    return runHelm(this.#helm, [command, ...args, '--namespace', this.namespace])
  }
}

function imageValues(): Values {
  const image = projectImage()
  const colon = image.lastIndexOf(':')
  return {
    'image.repository': image.slice(0, colon),
    'image.tag': image.slice(colon + 1),
  }
}
