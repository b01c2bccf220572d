import type { FleetRegistry } from './fleet-registry.ts'
import type { MetricsApi } from './metrics-api/metrics-api.ts'
import type { Copy } from './reconcile/cluster-copies.ts'

/**
 * In ms. A watch shows a sign of life about once a minute. A new process helps where the old one is stuck, and does
 * little harm where the API server is away.
 */
const LONGEST_SILENCE = 300_000

export interface HealthOptions {
  readonly registry: FleetRegistry
  readonly metricsApi: MetricsApi | undefined
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
    for (const { kind, silence } of this.#copies) {
      silences.set(kind.plural, Math.max(silence, silences.get(kind.plural) ?? 0))
    }
    return silences
  }

  get livenessProblems(): readonly string[] {
    return this.#copies
      .filter(({ silence }) => silence > LONGEST_SILENCE)
      .map(
        (copy) =>
          `the API server has not served ${copy.kind.plural} for ${Math.round(copy.silence / 1_000)} s${describe(copy)}`,
      )
  }

  get readinessProblems(): readonly string[] {
    const { registry, metricsApi } = this.#options
    const missing = this.#copies
      .filter(({ hasSynced }) => !hasSynced)
      .map((copy) => `${copy.kind.plural} have not been listed yet${describe(copy)}`)
    const isAsking = missing.length === 0 && !registry.hasSynced
    return [
      ...missing,
      ...(isAsking ? ['not all pods have been asked for their streams yet'] : []),
      ...(metricsApi?.problems ?? []),
    ]
  }

  get #copies(): readonly Copy[] {
    const { copies, pods } = this.#options.registry
    return [...copies.all, ...pods.informers]
  }
}

function describe({ problem }: Copy): string {
  return problem instanceof Error ? `: ${problem.message}` : ''
}
