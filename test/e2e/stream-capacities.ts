/** StreamCapacity objects in the cluster under test. */
import { fileURLToPath } from 'node:url'
import {
  ClusterProxy,
  createNamespace,
  deleteNamespace,
  kubectl,
  kubectlWith,
} from '../../rig/release/kubectl.ts'

const CRD = 'streamcapacities.runnel.dev'

/** What the chart installs. */
const CRD_FOLDER = fileURLToPath(new URL('../../charts/runnel/crds', import.meta.url))

/** An answer of the API server to an object that it was only asked about. */
export interface Verdict {
  readonly status: number
  /** Field and message of each problem. */
  readonly problems: readonly (readonly [field: string, message: string])[]
  readonly object: unknown
}

/** The CRD of this checkout, and a namespace for objects. When it is disposed the cluster is as it was before. */
export class StreamCapacities implements AsyncDisposable {
  readonly namespace: string
  readonly #proxy: ClusterProxy
  readonly #cleanUp: AsyncDisposableStack

  private constructor(namespace: string, proxy: ClusterProxy, cleanUp: AsyncDisposableStack) {
    this.namespace = namespace
    this.#proxy = proxy
    this.#cleanUp = cleanUp
  }

  static async open(namespace: string): Promise<StreamCapacities> {
    await using cleanUp = new AsyncDisposableStack()
    const former = await kubectl('get', 'crd', CRD, '--ignore-not-found', '--output=json')
    cleanUp.defer(async () => {
      if (former === '') await kubectl('delete', 'crd', CRD)
      else await kubectlWith(withoutVersion(former), 'replace')
    })
    await kubectl('apply', '--server-side', '--force-conflicts', `--filename=${CRD_FOLDER}`)
    await kubectl('wait', '--for=condition=Established', 'crd', CRD, '--timeout=1m')
    cleanUp.defer(() => deleteNamespace(namespace))
    await createNamespace(namespace)
    const proxy = cleanUp.use(await ClusterProxy.open())
    return new StreamCapacities(namespace, proxy, cleanUp.move())
  }

  kubectl(...args: readonly string[]): Promise<string> {
    return kubectl(...args, '--namespace', this.namespace)
  }

  create(manifest: object, ...args: readonly string[]): Promise<string> {
    const flags = ['create', `--namespace=${this.namespace}`, ...args]
    return kubectlWith(JSON.stringify(manifest), ...flags)
  }

  apply(manifest: object, ...args: readonly string[]): Promise<string> {
    const flags = ['apply', '--server-side', `--namespace=${this.namespace}`, ...args]
    return kubectlWith(JSON.stringify(manifest), ...flags)
  }

  /** Asks the API server for its verdict on a new object, which it does not store. */
  async tryCreate(manifest: object): Promise<Verdict> {
    const path = `apis/runnel.dev/v1alpha1/namespaces/${this.namespace}/streamcapacities`
    const response = await fetch(`${this.#proxy.url}/${path}?dryRun=All&fieldValidation=Strict`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(manifest),
    })
    const object = (await response.json()) as { details?: { causes?: readonly Cause[] } }
    const causes = object.details?.causes ?? []
    const problems = causes
      // Where types are wrong, the API server adds a cause without a field: it has not looked at the rules.
      .filter(({ field }) => field !== '<nil>')
      .map(({ field, message }) => [field, withoutValue(message)] as const)
    return { status: response.status, problems, object }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanUp.disposeAsync()
  }
}

interface Cause {
  readonly field: string
  readonly message: string
}

export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: object
}

export function streamCapacity(name: string, spec: object): Manifest {
  return {
    apiVersion: 'runnel.dev/v1alpha1',
    kind: 'StreamCapacity',
    metadata: { name },
    spec: { targetRef: { name: 'runnel' }, ...spec },
  }
}

/** The sentence alone, without the value that the API server writes before it. */
function withoutValue(message: string): string {
  return message.replace(/^Invalid value: ("(\\.|[^"\\])*": |\d+: )?/, '')
}

/** For `replace`, which refuses an outdated version. */
function withoutVersion(object: string): string {
  const { metadata, ...rest } = JSON.parse(object) as { metadata: Record<string, unknown> }
  const { resourceVersion: _, ...kept } = metadata
  return JSON.stringify({ ...rest, metadata: kept })
}
