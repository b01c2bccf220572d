import type { Pod } from '../../../src/controller/objects/workloads.ts'

export interface PodOptions {
  readonly name?: string
  /** Of the admin listener, on loopback. */
  readonly port?: number
  readonly isReady?: boolean
  readonly isTerminating?: boolean
  readonly phase?: string
  /** The id of its container; null if that does not run. */
  readonly container?: string | null
  readonly annotations?: Readonly<Record<string, string>>
}

/** A pod as a Deployment of the chart makes it. It runs and is ready unless the options say otherwise. */
export function makePod({
  name = 'runnel-1',
  port = 9090,
  isReady = true,
  isTerminating = false,
  phase = 'Running',
  container = 'containerd://1',
  annotations = {},
}: PodOptions = {}): Pod {
  return {
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-of-${name}`,
      annotations: { ...annotations },
      ...(isTerminating ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: { containers: [{ name: 'server', ports: [{ name: 'admin', containerPort: port }] }] },
    status: {
      phase,
      podIP: '127.0.0.1',
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
      containerStatuses: [
        container === null
          ? { name: 'server', state: { waiting: {} } }
          : { name: 'server', containerID: container, state: { running: {} } },
      ],
    },
  }
}
