import type { SimulatedFleet } from '../fleet/simulated-fleet.ts'

/** A fleet at a moment. Totals count from the beginning. */
export interface Sample {
  readonly second: number
  readonly subscribers: number
  readonly waiting: number
  /** Pods of the Deployment, pods that leave not among them. */
  readonly pods: number
  readonly ready: number
  /** Streams of the fullest pod, leaving ones included. */
  readonly fullest: number
  /** Streams of the ready pods. */
  readonly most: number
  readonly mean: number
  readonly least: number
  readonly reconnects: number
  readonly aged: number
  readonly refusals: number
  readonly failures: number
}

export function takeSample({ timeline, clients, pods }: SimulatedFleet): Sample {
  const loads = pods.all.filter(({ stage }) => stage === 'ready').map(({ streams }) => streams.size)
  const { reconnects, aged, refusals, failures } = clients.totals
  return {
    second: timeline.now,
    subscribers: clients.count,
    waiting: clients.waiting,
    pods: pods.all.filter(({ isActive }) => isActive).length,
    ready: loads.length,
    fullest: Math.max(0, ...pods.all.map(({ streams }) => streams.size)),
    most: Math.max(0, ...loads),
    mean: loads.length === 0 ? 0 : loads.reduce((sum, load) => sum + load, 0) / loads.length,
    least: loads.length === 0 ? 0 : Math.min(...loads),
    reconnects,
    aged,
    refusals,
    failures,
  }
}
