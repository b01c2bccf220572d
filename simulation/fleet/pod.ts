import type { Pod as PodObject } from '../../src/controller/objects/workloads.ts'
import type { SnapshotAnswer } from '../../src/controller/fleet/observation.ts'
import type { Candidate } from '../kubernetes/rank-for-deletion.ts'
import type { Client } from './client.ts'

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'

/**
 * `pending`: no container yet. `starting`: it runs, and is not ready. `leaving`: told to stop, it still takes streams.
 * `draining`: it closes its streams.
 */
export type PodStage = 'pending' | 'starting' | 'ready' | 'leaving' | 'draining' | 'gone'

export interface PodOptions {
  readonly name: string
  readonly uid: string
  /** Counts the templates of the Deployment. */
  readonly revision: number
  readonly createdAt: number
}

export class Pod implements Candidate {
  readonly name: string
  readonly uid: string
  readonly revision: number
  readonly createdAt: number
  readonly streams = new Set<Client>()
  stage: PodStage = 'pending'
  readySince = 0
  deletionCost = 0
  /** It answers no poll. */
  isSilent = false

  constructor({ name, uid, revision, createdAt }: PodOptions) {
    this.name = name
    this.uid = uid
    this.revision = revision
    this.createdAt = createdAt
  }

  get isReady(): boolean {
    return this.stage === 'ready' || this.stage === 'leaving'
  }

  /** It belongs to the Deployment, and is not being deleted. */
  get isActive(): boolean {
    return this.stage === 'pending' || this.stage === 'starting' || this.stage === 'ready'
  }

  get phase(): 'Pending' | 'Running' {
    return this.stage === 'pending' ? 'Pending' : 'Running'
  }

  /** As the API server shows it. */
  describe(): PodObject {
    const isLeaving = this.stage === 'leaving' || this.stage === 'draining'
    const state = this.phase === 'Running' ? { running: {} } : { waiting: {} }
    const annotations =
      this.deletionCost > 0 ? { [DELETION_COST]: String(this.deletionCost) } : undefined
    return {
      metadata: {
        name: this.name,
        uid: this.uid,
        ...(annotations && { annotations }),
        ...(isLeaving && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      },
      spec: { containers: [{ name: 'server' }] },
      status: {
        phase: this.phase,
        conditions: [{ type: 'Ready', status: this.isReady ? 'True' : 'False' }],
        containerStatuses: [{ name: 'server', containerID: this.uid, state }],
      },
    }
  }

  /** What a poll of its snapshot gets. */
  answer(limit: number): SnapshotAnswer {
    if (this.isSilent) {
      return { isSnapshot: false, silence: { reason: 'timeout', detail: 'no answer within 2s' } }
    }
    const subscribers = this.streams.size
    const isDraining = this.stage === 'draining'
    return { isSnapshot: true, snapshot: { subscribers, limit, isDraining } }
  }
}
