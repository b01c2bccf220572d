import { kubectl } from '../../rig/release/kubectl.ts'

const NAMESPACE = 'keda'
const API_SERVICE = 'v1beta1.external.metrics.k8s.io'

/** KEDA, installed in the cluster under test. Disposal removes it. */
export class Keda implements AsyncDisposable {
  readonly #manifest: string

  private constructor(manifest: string) {
    this.#manifest = manifest
  }

  /** Resolves when KEDA scales and serves external metrics. */
  static async install(manifest: string): Promise<Keda> {
    const keda = new Keda(manifest)
    try {
      await kubectl('apply', '--server-side', `--filename=${manifest}`)
      // The operator starts anew once it has made the certificates of both.
      const deployments = ['deployment', '--all', `--namespace=${NAMESPACE}`]
      await kubectl('wait', '--for=condition=Available', ...deployments, '--timeout=3m')
      await kubectl('wait', '--for=condition=Available', 'apiservice', API_SERVICE, '--timeout=3m')
      return keda
    } catch (error) {
      const pods = await kubectl('describe', 'pods', `--namespace=${NAMESPACE}`).catch(String)
      await keda[Symbol.asyncDispose]()
      throw new Error(`KEDA did not start, with these pods:\n${pods}`, { cause: error })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Only a running operator takes its finalizer off them.
    await kubectl('delete', 'scaledobjects', '--all', '--all-namespaces', '--timeout=1m')
    // Without its server it would keep every namespace from being deleted.
    await kubectl('delete', 'apiservice', API_SERVICE, '--ignore-not-found')
    await kubectl('delete', `--filename=${this.#manifest}`, '--ignore-not-found', '--timeout=3m')
  }
}
