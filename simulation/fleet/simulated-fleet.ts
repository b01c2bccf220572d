import { parseDuration } from '../../src/config/kinds/duration.ts'
import type { FleetPlan } from '../../src/controller/plan/fleet-plan.ts'
import type { StreamCapacitySpec } from '../../src/schema/stream-capacity.ts'
import { readAutoscalerSpec } from '../kubernetes/autoscaler-spec.ts'
import { HorizontalPodAutoscaler, SYNC_PERIOD } from '../kubernetes/horizontal-pod-autoscaler.ts'
import { Clients } from './clients.ts'
import { Controller, type Cluster } from './controller.ts'
import { Deployment } from './deployment.ts'
import type { Pod } from './pod.ts'
import { Pods } from './pods.ts'
import { Proxy, type Placement } from './proxy.ts'
import { Random } from './random.ts'
import { Timeline } from './timeline.ts'
import type { Room } from './waits.ts'

/** Seconds from one poll of a pod to the next, as `RUNNEL_SNAPSHOT_INTERVAL` is by default. */
const SNAPSHOT_INTERVAL = 5

/** Seconds that a pod takes to close its listeners after its streams, for which the planner leaves room. */
const CLOSING = 10

export interface FleetOptions {
  readonly spec: StreamCapacitySpec
  readonly seed: number
  readonly placement: Placement
  /** Subscribers that have come long ago. */
  readonly clients: number
}

/** The assumptions of the model that are neither settings of a fleet nor rules of Kubernetes. In seconds. */
export const ASSUMED = {
  /** Scheduling, and a container from an image that the node has. */
  scheduling: [1, 5],
  /** Until the readiness probe, every 5 s, has passed. */
  starting: [2, 10],
  /** `preStopSleepSeconds` of the chart. */
  preStop: 5,
  /** Until the proxy has learned that a pod came or leaves. */
  propagation: 2,
} as const

/** A fleet of pods with everything around it, on a clock of its own. */
export class SimulatedFleet {
  readonly timeline = new Timeline()
  readonly spec: StreamCapacitySpec
  readonly clients: Clients
  readonly pods: Pods
  readonly deployment: Deployment
  readonly #controller: Controller
  readonly #autoscaler = new HorizontalPodAutoscaler()
  readonly #drainWindow: number

  constructor({ spec, seed, placement, clients }: FleetOptions) {
    this.spec = spec
    this.#controller = new Controller(spec)
    this.#drainWindow = seconds(spec.drain.window)
    const random = new Random(seed)
    const { timeline } = this
    const proxy = new Proxy(timeline, random, placement, ASSUMED.propagation)
    this.clients = new Clients({
      timeline,
      random,
      proxy,
      limit: spec.subscribersPerPod.limit,
      retry: seconds(spec.connections.retry),
      maxAge: seconds(spec.connections.maxAge),
      roomBeside: (pod) => this.#roomBeside(pod),
    })
    const parts = { timeline, random, proxy, clients: this.clients }
    this.pods = new Pods(parts, { ...ASSUMED, drainWindow: this.#drainWindow })
    const { minReplicas } = spec.scaling
    const enough = Math.ceil(clients / spec.subscribersPerPod.target)
    this.deployment = new Deployment(this.pods, Math.max(minReplicas, enough))
    timeline.runUntil(ASSUMED.propagation)
    this.clients.settle(clients)
    this.#beginRounds()
  }

  #beginRounds(): void {
    this.timeline.every(1, () => {
      this.deployment.reconcile(this.timeline.now)
      this.#controller.poll(this.#cluster(), false)
    })
    this.timeline.every(SNAPSHOT_INTERVAL, () => {
      const cluster = this.#cluster()
      this.#controller.poll(cluster, true)
      this.#carryOut(this.#controller.plan(cluster))
    })
    this.timeline.every(SYNC_PERIOD, () => {
      this.#synchronizeAutoscaler()
    })
  }

  #carryOut({ deletionCosts, replicas, sheds }: FleetPlan): void {
    const find = (wanted: string) => this.pods.all.find(({ name }) => name === wanted)
    for (const { pod, cost } of deletionCosts) {
      const found = find(pod)
      if (found !== undefined) found.deletionCost = cost
    }
    if (replicas !== undefined) this.deployment.replicas = replicas
    for (const { pod, count, over } of sheds) {
      const found = find(pod)
      if (found !== undefined) this.pods.shed(found, count, over)
    }
  }

  #synchronizeAutoscaler(): void {
    const { autoscalerSpec, count } = this.#controller
    if (autoscalerSpec === undefined) return
    this.deployment.replicas = this.#autoscaler.synchronize(
      this.timeline.now,
      readAutoscalerSpec(autoscalerSpec),
      {
        asked: this.deployment.replicas,
        existing: this.pods.all.filter(({ isActive }) => isActive).length,
      },
      count.isKnown ? count.subscribers : undefined,
    )
  }

  #cluster(): Cluster {
    const { preStop } = ASSUMED
    return {
      now: this.timeline.now,
      deployment: this.deployment.describe(preStop + this.#drainWindow + CLOSING, preStop),
      pods: this.pods.all,
      autoscaler: this.#autoscaler.status,
    }
  }

  /** Pods tell each other every 2 s; the model lets them know at once. */
  #roomBeside(pod: Pod): Room {
    const others = this.pods.all.filter((one) => one !== pod && one.isReady)
    if (others.length === 0) return 'alone'
    const { limit } = this.spec.subscribersPerPod
    const hasRoom = others.some(({ stage, streams }) => stage === 'ready' && streams.size < limit)
    return hasRoom ? 'some' : 'none'
  }
}

function seconds(duration: string): number {
  return (parseDuration(duration) ?? 0) / 1_000
}
