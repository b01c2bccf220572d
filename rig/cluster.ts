import type { Stages } from './stages.ts'

/** A Kubernetes with ingress-nginx in which the chart is tried out. */
export interface Cluster {
  /** Where the ingress answers, seen from here. */
  readonly ingressUrl: string
  /**
   * Variables with which kubectl and helm find the cluster, and kubectl is found; and `REDIS_IMAGE` where
   * the one in `manifests/redis.yaml` cannot be pulled.
   */
  readonly env: Readonly<Record<string, string>>
  /** Brings it up, or checks that it is there. */
  up(stages: Stages): Promise<void>
  /** Makes an image of this checkout, if it can, and hands it to the nodes. Resolves to its name. */
  provideImage(stages: Stages): Promise<string>
  /** Ends what `up` began. Resolves to what came of it. */
  down(): Promise<string>
}
