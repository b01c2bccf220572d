import { once } from 'node:events'
import type { ApplyOptions, Cluster, Manifest } from '../../../src/controller/cluster/cluster.ts'
import type { ClusterError } from '../../../src/controller/cluster/cluster-error.ts'

export type Verb = keyof Cluster

export interface Request {
  readonly verb: Verb
  /** As in `ConfigMap`. */
  readonly kind: string
  readonly namespace?: string | undefined
  /** Undefined for lists and watches. */
  readonly name?: string | undefined
  readonly manifest?: Manifest | undefined
  readonly options?: ApplyOptions | undefined
}

/** What happens to requests that match in all fields given. */
export interface Fault extends Partial<Pick<Request, 'verb' | 'kind' | 'namespace' | 'name'>> {
  readonly error: ClusterError
  /** How many requests, one by default. */
  readonly times?: number
  /** The requests hang until then. */
  readonly after?: Promise<unknown>
  /** They are carried out, and only the answer is lost. */
  readonly isCarriedOut?: boolean
}

const WRITES: ReadonlySet<Verb> = new Set(['create', 'replace', 'apply', 'scale', 'delete'])

/** Records requests, and lets some fail. */
export class Requests {
  readonly all: Request[] = []
  readonly #faults: { readonly fault: Fault; left: number }[] = []

  /** Those that write, whether they changed anything or not. */
  get writes(): readonly Request[] {
    return this.all.filter(({ verb }) => WRITES.has(verb))
  }

  fail(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 })
  }

  /** Lets all requests pass from now on. */
  heal(): void {
    this.#faults.length = 0
  }

  async carryOut<T>(request: Request, work: () => T, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    this.all.push(request)
    const fault = this.#takeFault(request)
    if (fault === undefined) return work()
    if (fault.isCarriedOut === true) work()
    await Promise.race([fault.after, ...(signal === undefined ? [] : [once(signal, 'abort')])])
    signal?.throwIfAborted()
    throw fault.error
  }

  #takeFault(request: Request): Fault | undefined {
    const found = this.#faults.find(({ fault, left }) => left > 0 && isMatch(fault, request))
    if (found !== undefined) found.left -= 1
    return found?.fault
  }
}

function isMatch(fault: Fault, request: Request): boolean {
  return (['verb', 'kind', 'namespace', 'name'] as const).every(
    (field) => fault[field] === undefined || fault[field] === request[field],
  )
}
