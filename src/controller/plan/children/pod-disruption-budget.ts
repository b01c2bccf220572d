import { POD_DISRUPTION_BUDGET } from '../../objects/children.ts'
import type { Metadata } from '../../objects/metadata.ts'
import type { Deployment } from '../../objects/workloads.ts'
import type { Child } from '../fleet-plan.ts'
import { childMetadata } from './child-metadata.ts'

/** One pod at a time may be evicted; one that is not ready never holds up the drain of a node. */
export function podDisruptionBudget(metadata: Metadata, { spec }: Deployment): Child {
  return {
    kind: POD_DISRUPTION_BUDGET,
    manifest: {
      metadata: childMetadata(metadata.name, metadata),
      spec: {
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: spec.selector,
      },
    },
  }
}
