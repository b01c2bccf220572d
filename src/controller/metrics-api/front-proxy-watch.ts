import type { Cluster } from '../cluster/cluster.ts'
import { CONFIG_MAP } from '../objects/children.ts'
import { formatKey } from '../objects/metadata.ts'
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
  #unreadable: unknown

  constructor(
    cluster: Pick<Cluster, 'list' | 'watch'>,
    observer: InformerObserver,
    onError: (error: unknown) => void,
  ) {
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

  /** Why the value is not the one of the API server; undefined if it is. */
  get problem(): unknown {
    if (this.#informer.problem !== undefined) return this.#informer.problem
    if (!this.#informer.hasSynced || this.#informer.get(PUBLISHED) !== undefined) {
      return this.#unreadable
    }
    return new Error(
      `there is no ConfigMap ${formatKey(PUBLISHED)}: start the API server with --requestheader-client-ca-file`,
    )
  }

  start(): void {
    this.#informer.start()
  }

  close(): void {
    this.#informer.close()
  }

  #read(): void {
    const published = this.#informer.get(PUBLISHED)
    if (published === undefined) return
    try {
      this.#frontProxy = parseFrontProxy(published.data ?? {})
      this.#unreadable = undefined
    } catch (error) {
      this.#unreadable = error
      this.#onError(error)
    }
  }
}
