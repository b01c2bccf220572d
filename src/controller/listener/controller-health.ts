import { ClusterError } from '../cluster/cluster-error.ts'
import type { MetricsApi } from '../metrics-api/metrics-api.ts'
import type { FleetRegistry } from '../registry/fleet-registry.ts'
import type { KedaWatch } from '../registry/keda-watch.ts'
import type { Copy } from '../registry/cluster-copies.ts'
import { withCause } from '../with-cause.ts'

/**
 * In ms. A watch shows a sign of life about once a minute. A new process helps where the old one is stuck, and does
 * little harm where the API server is away.
 */
const LONGEST_SILENCE = 300_000

type WatchedCopy = Pick<Copy, 'kind' | 'hasSynced' | 'silence' | 'problem'>

export interface HealthOptions {
  readonly registry: Pick<FleetRegistry, 'hasSynced'> & {
    readonly allCopies: readonly WatchedCopy[]
    readonly keda: Pick<KedaWatch, 'isServed' | 'problem'>
  }
  readonly metricsApi: Pick<MetricsApi, 'problems'> | undefined
}

/** What keeps the controller from its work, in sentences. */
export class ControllerHealth {
  readonly #options: HealthOptions

  constructor(options: HealthOptions) {
    this.#options = options
  }

  /** Milliseconds since the API server last served each kind; the longest where there are several copies. */
  get silences(): ReadonlyMap<string, number> {
    const silences = new Map<string, number>()
    for (const { kind, silence } of this.#options.registry.allCopies) {
      silences.set(kind.plural, Math.max(silence, silences.get(kind.plural) ?? 0))
    }
    return silences
  }

  get livenessProblems(): readonly string[] {
    return this.#options.registry.allCopies
      .filter((copy) => copy.silence > LONGEST_SILENCE && !isRefused(copy))
      .map(({ kind, silence, problem }) => {
        const seconds = Math.round(silence / 1_000)
        return withCause(`the API server has not served ${kind.plural} for ${seconds} s`, problem)
      })
  }

  get readinessProblems(): readonly string[] {
    const { registry, metricsApi } = this.#options
    const ofRegistry = registry.hasSynced ? [] : this.#missing()
    return [...ofRegistry, ...(metricsApi?.problems ?? [])]
  }

  /** What the registry does not know yet. Once it has known all, a new fleet makes no replica unready. */
  #missing(): readonly string[] {
    const { keda, allCopies } = this.#options.registry
    const missing = allCopies
      .filter(({ hasSynced }) => !hasSynced)
      .map(({ kind, problem }) => withCause(`${kind.plural} have not been listed yet`, problem))
    if (keda.isServed === undefined) {
      missing.push(withCause('it is not known yet whether KEDA is in the cluster', keda.problem))
    }
    return missing.length > 0 ? missing : ['not all pods have been asked for their streams yet']
  }
}

/** The API server answers, and a new process would be refused as well. */
function isRefused({ problem }: WatchedCopy): boolean {
  return problem instanceof ClusterError && !problem.isTransient
}
