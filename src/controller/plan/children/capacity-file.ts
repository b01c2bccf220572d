import type { StreamCapacitySpec } from '../../../schema/stream-capacity.ts'
import { CONFIG_MAP } from '../../objects/children.ts'
import type { Metadata } from '../../objects/metadata.ts'
import type { Child } from '../fleet-plan.ts'
import { childMetadata } from './child-metadata.ts'

/** The capacity file of the pods, in the ConfigMap that they mount. */
export function capacityFile(
  metadata: Metadata,
  spec: StreamCapacitySpec,
  drainWindow: string,
): Child {
  const { maxAge, heartbeat, retry, perPrincipal } = spec.connections
  const { events, age } = spec.history
  const document = {
    limit: spec.subscribersPerPod.limit,
    connections: { maxAge, heartbeat, retry, perPrincipal },
    history: { events, age },
    drain: { window: drainWindow },
  }
  return {
    kind: CONFIG_MAP,
    manifest: {
      metadata: childMetadata(`${metadata.name}-capacity`, metadata),
      data: { 'capacity.json': `${JSON.stringify(document, null, 2)}\n` },
    },
  }
}
