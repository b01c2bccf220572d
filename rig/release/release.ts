import { waitFor } from '../wait-for.ts'
import { CHART, HELMS, runHelm, type Helm } from './helm.ts'
import { ingressUrl, projectImage } from './environment.ts'
import { ClusterProxy, createNamespace, deleteNamespace, kubectl } from './kubectl.ts'
import { expectRoutes } from './ingress-access.ts'
import { applyServer } from './trial-servers.ts'

const DEMO_VALUES = `${CHART}/ci/demo-values.yaml`

/** Values of the chart by their path, as `--set` takes them. */
export type Values = Readonly<Record<string, string | number | boolean>>

export interface ReleaseOptions {
  readonly helm?: Helm
  readonly values?: Values
  /** Whether the pods share the Redis of `manifests/redis.yaml`, which is applied first. */
  readonly hasRedis?: boolean
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
  readonly #isDemo: boolean
  readonly #proxy: ClusterProxy
  #values: Values

  private constructor(
    name: string,
    { helm = HELMS[0]!, values = {}, hasRedis = false, isDemo = false }: ReleaseOptions,
    proxy: ClusterProxy,
  ) {
    this.name = name
    this.namespace = namespaceOf(name)
    this.host = `${name}.test`
    this.#helm = helm
    this.#isDemo = isDemo
    const redis = hasRedis ? { 'redis.url': 'redis://redis:6379' } : {}
    this.#values = { ...imageValues(), 'exposure.host': this.host, ...redis, ...values }
    this.#proxy = proxy
  }

  /** Resolves when the pods are ready and the ingress has their routes. */
  static async install(name: string, options: ReleaseOptions = {}): Promise<Release> {
    await createNamespace(namespaceOf(name))
    const release = new Release(name, options, await ClusterProxy.open())
    try {
      const { hasRedis = false, isDemo = false } = options
      if (hasRedis || isDemo) await applyServer('redis', release.namespace)
      if (isDemo) await applyServer('jaeger', release.namespace)
      await release.#run('install', name, CHART, ...release.#flags())
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

  /** Its pods as kubectl names them, without those of a test or a Redis. */
  async pods(): Promise<readonly string[]> {
    const selector = '--selector=app.kubernetes.io/component=server'
    const names = await this.kubectl('get', 'pods', selector, '--output=name')
    return names.split('\n').filter((name) => name !== '')
  }

  /** How many pods the Deployment is meant to have. */
  async replicas(): Promise<number> {
    const path = '--output=jsonpath={.spec.replicas}'
    return Number(await this.kubectl('get', this.deployment, path))
  }

  /** Replaces the pods. Resolves when the old ones are gone. */
  async replacePods(): Promise<void> {
    const before = await this.pods()
    await this.kubectl('rollout', 'restart', this.deployment)
    await this.kubectl('rollout', 'status', this.deployment, '--timeout=5m')
    await this.kubectl('wait', '--for=delete', ...before, '--timeout=2m')
  }

  async upgrade(values: Values): Promise<void> {
    this.#values = { ...this.#values, ...values }
    await this.#run('upgrade', this.name, CHART, ...this.#flags())
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

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      // Removed at once, so that the ingress drops these routes before it gets those of the next release.
      await this.kubectl('delete', 'ingress', '--all')
      // Without its server an APIService would keep every namespace from being deleted.
      await kubectl('delete', 'apiservice', `--selector=app.kubernetes.io/instance=${this.name}`)
    } finally {
      await this.#proxy[Symbol.asyncDispose]()
      await deleteNamespace(this.namespace)
    }
  }

  #flags(): string[] {
    const sets = Object.entries(this.#values).map(([name, value]) => `--set=${name}=${value}`)
    const files = this.#isDemo ? [`--values=${DEMO_VALUES}`] : []
    return [...files, ...sets, '--wait', '--timeout=3m']
  }

  async #run(command: string, ...args: readonly string[]): Promise<string> {
    return runHelm(this.#helm, [command, ...args, '--namespace', this.namespace])
  }
}

function namespaceOf(name: string): string {
  return `runnel-e2e-${name}`
}

function imageValues(): Values {
  const image = projectImage()
  const colon = image.lastIndexOf(':')
  return {
    'image.repository': image.slice(0, colon),
    'image.tag': image.slice(colon + 1),
  }
}
