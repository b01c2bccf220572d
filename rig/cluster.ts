import type { Stages } from './stages.ts'

/** A Kubernetes cluster with ingress-nginx. */
export interface Cluster {
  /** The URL of the ingress, as this machine reaches it. */
  readonly ingressUrl: string
  /**
   * Variables for kubectl, helm and tests: how they find the cluster and kubectl itself, `REDIS_IMAGE` and
   * `JAEGER_IMAGE` where the images in `manifests/redis.yaml` and `manifests/jaeger.yaml` cannot be pulled,
   * `AUDIT_LOG` where this machine can read the audit log of the API server, and `ETCD_URL` with the folder
   * `ETCD_CERTIFICATES` where it can reach etcd.
   */
  readonly env: Readonly<Record<string, string>>
  /** Whether it runs, whichever checkout brought it up. */
  isUp(): Promise<boolean>
  /** Brings it up, or checks that it is there. */
  up(stages: Stages): Promise<void>
  /** Builds an image of this checkout, if it can, and gives it to the nodes. Resolves to its name. */
  provideImage(stages: Stages): Promise<string>
  /**
   * Gives the nodes the image of KEDA if KEDA is built. Resolves to the path of a manifest that installs it. Absent
   * where nodes can pull KEDA's own image: there, `KEDA_MANIFEST` may name KEDA's own manifest.
   */
  provideKeda?(stages: Stages): Promise<string | undefined>
  /** Ends the cluster. Resolves to the outcome, as a sentence. */
  down(): Promise<string>
}
