import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Runs kubectl and returns its output. Rejects with its errors. */
export async function kubectl(...args: readonly string[]): Promise<string> {
  const { stdout } = await execute('kubectl', args)
  return stdout.trim()
}

/** Runs kubectl with a manifest on its standard input. */
export async function kubectlWith(manifest: string, ...args: readonly string[]): Promise<string> {
  const running = execute('kubectl', [...args, '--filename=-'])
  running.child.stdin?.end(manifest)
  const { stdout } = await running
  return stdout.trim()
}

/** Creates the namespace anew. It admits only pods of the profile `restricted`. */
export async function createNamespace(name: string): Promise<void> {
  await kubectl('delete', 'namespace', name, '--ignore-not-found', '--timeout=2m')
  await kubectl('create', 'namespace', name)
  const label = 'pod-security.kubernetes.io/enforce=restricted'
  await kubectl('label', 'namespace', name, label)
}

/** Does not wait: the pods may drain while other tests run. */
export async function deleteNamespace(name: string): Promise<void> {
  await kubectl('delete', 'namespace', name, '--ignore-not-found', '--wait=false')
}

/** The names of all lasting objects in a namespace, with their kind. */
export async function objectsIn(namespace: string): Promise<readonly string[]> {
  const kinds = await kubectl('api-resources', '--namespaced', '--verbs=list', '--output=name')
  // Kubernetes events report past changes, and vanish by themselves.
  const lasting = kinds.split('\n').filter((kind) => !kind.startsWith('events'))
  const names = await kubectl('get', lasting.join(','), '--namespace', namespace, '--output=name')
  return names.split('\n').filter((name) => name !== '')
}

/** A proxy from this machine to the API server and the Services of the cluster, since no Ingress takes publishes. */
export class ClusterProxy implements AsyncDisposable {
  readonly #child: ChildProcess
  /** Of the API server. */
  readonly url: string

  private constructor(child: ChildProcess, url: string) {
    this.#child = child
    this.url = url
  }

  static async open(): Promise<ClusterProxy> {
    const child = spawn('kubectl', ['proxy', '--port=0'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout })
    const [line = ''] = await Promise.race([once(lines, 'line'), once(lines, 'close')])
    const address = /127\.0\.0\.1:\d+/.exec(String(line))?.[0]
    if (address === undefined) throw new Error(`expected an address of kubectl proxy, got ${line}`)
    return new ClusterProxy(child, `http://${address}`)
  }

  /** The base of a Service's paths; each request goes to one of its ready pods. */
  urlOf(namespace: string, service: string, port: string): string {
    return `${this.url}/api/v1/namespaces/${namespace}/services/${service}:${port}/proxy`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // One that has ended already ends no second time.
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill()
    await once(this.#child, 'close')
  }
}
