import type { Prometheus } from '../support/prometheus.ts'

export interface DashboardQuery {
  readonly panel: string
  readonly promql: string
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string
    readonly targets?: readonly { readonly expr: string }[]
  }[]
}

/** What a dashboard asks once a namespace and all pods are chosen. `window`: of rates, such as `1m`. */
export function queriesOf(
  dashboard: string,
  namespace: string,
  window: string,
): readonly DashboardQuery[] {
  const { panels } = JSON.parse(dashboard) as Dashboard
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      panel: title,
      promql: expr
        .replaceAll('$namespace', namespace)
        .replaceAll('$pod', '.*')
        .replaceAll('$__rate_interval', window),
    })),
  )
}

/** The queries that find nothing, or nothing but quotients of zeros, which Grafana draws as nothing. */
export async function queriesWithoutData(
  prometheus: Prometheus,
  queries: readonly DashboardQuery[],
): Promise<readonly DashboardQuery[]> {
  const answers = await Promise.all(
    queries.map(async (query) => ({ query, samples: await prometheus.query(query.promql) })),
  )
  return answers
    .filter(({ samples }) => samples.every(({ value }) => Number.isNaN(value)))
    .map(({ query }) => query)
}
