import type { Cluster } from '../cluster/cluster.ts'
import { CONFIG_MAP } from '../objects/children.ts'
import { Informer } from '../runtime/informer.ts'
import type { InformerObserver } from '../runtime/runtime-observer.ts'
import { parseFrontProxy, type FrontProxy } from './front-proxy.ts'

/** Where every API server publishes it. */
const PUBLISHED = { namespace: 'kube-system', name: 'extension-apiserver-authentication' }

/** Follows how the API server proves itself: its authorities are replaced while both run. */
export class FrontProxyWatch {
  readonly #informer
  readonly #onError: (error: unknown) => void
  #frontProxy: FrontProxy | undefined

  constructor(cluster: Cluster, observer: InformerObserver, onError: (error: unknown) => void) {
    this.#onError = onError
    const { namespace, name } = PUBLISHED
    this.#informer = new Informer({
      cluster,
      kind: CONFIG_MAP,
      selection: { namespace, fieldSelector: `metadata.name=${name}` },
      observer,
      onChange: () => {
        this.#read()
      },
    })
  }

  /** Undefined until it has been read. One that cannot be read leaves the last one in force. */
  get value(): FrontProxy | undefined {
    return this.#frontProxy
  }

  start(): void {
    this.#informer.start()
  }

  close(): void {
    this.#informer.close()
  }

  #read(): void {
    try {
      const { data } = this.#informer.get(PUBLISHED) ?? {}
      if (data !== undefined) this.#frontProxy = parseFrontProxy(data)
    } catch (error) {
      this.#onError(error)
    }
  }
}
