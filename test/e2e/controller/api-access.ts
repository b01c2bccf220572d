import { ClusterProxy } from '../../../rig/release/kubectl.ts'

/** An object of the API, as far as tests read it. */
export interface ApiObject {
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid: string
    readonly resourceVersion: string
    readonly generation?: number
    readonly creationTimestamp: string
    readonly annotations?: Readonly<Record<string, string>>
    readonly ownerReferences?: readonly object[]
    readonly managedFields?: readonly { readonly manager: string; readonly time: string }[]
  }
}

const MERGE_PATCH = 'application/merge-patch+json'

/** Requests of a cluster admin, as fast as the API server takes them: kubectl starts a process for each. */
export class ApiAccess implements AsyncDisposable {
  readonly #proxy: ClusterProxy

  private constructor(proxy: ClusterProxy) {
    this.#proxy = proxy
  }

  static async open(): Promise<ApiAccess> {
    return new ApiAccess(await ClusterProxy.open())
  }

  /** Of the API server, for whoever needs no credentials of their own. */
  get url(): string {
    return this.#proxy.url
  }

  /** Rejects unless the object is there. */
  async get<T = ApiObject>(path: string): Promise<T> {
    return (await this.#send('GET', path)) as T
  }

  async list<T = ApiObject>(path: string): Promise<readonly T[]> {
    return (await this.get<{ readonly items: readonly T[] }>(path)).items
  }

  async create<T = ApiObject>(path: string, object: object): Promise<T> {
    return (await this.#send('POST', path, object)) as T
  }

  async patch(path: string, change: object): Promise<void> {
    await this.#send('PATCH', path, change, MERGE_PATCH)
  }

  async delete(path: string, options: object = {}): Promise<void> {
    await this.#send('DELETE', path, { kind: 'DeleteOptions', apiVersion: 'v1', ...options })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy[Symbol.asyncDispose]()
  }

  async #send(method: string, path: string, body?: object, type = 'application/json') {
    const response = await fetch(`${this.#proxy.url}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'Content-Type': type }, body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
    return JSON.parse(text) as unknown
  }
}
