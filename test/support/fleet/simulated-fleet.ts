import type { PodState } from '../../../src/controller/fleet/pod-state.ts'
import type { FleetMemory, FleetPlan, Shed } from '../../../src/controller/plan/fleet-plan.ts'
import { planFleet } from '../../../src/controller/plan/plan-fleet.ts'
import type {
  StreamCapacitySpec,
  StreamCapacityStatus,
} from '../../../src/schema/stream-capacity.ts'
import { deploymentOf, fleetState, podOf, START } from './fleet-state.ts'

/** In ms: as often as the controller asks the pods. */
const STEP = 5_000

/** Steps until a new pod is ready. */
const STARTING = 3

/** Steps over which a leaving pod closes its streams. */
const DRAINING = 4

interface SimulatedPod {
  readonly name: string
  readonly born: number
  subscribers: number
  cost: number | undefined
  /** The step in which it began to leave. */
  leaving: number | undefined
}

/**
 * A Deployment, its ReplicaSet, clients and a controller with the provider `Direct`, in steps. A client that has to
 * move comes back to a ready pod by chance, as behind a proxy that knows no load.
 */
export class SimulatedFleet {
  readonly spec: StreamCapacitySpec
  readonly plans: FleetPlan[] = []
  /** Streams of the pods that were chosen to leave, and the least among those that stayed. */
  readonly removals: { readonly removed: number; readonly leastKept: number }[] = []
  replicas: number
  #pods: SimulatedPod[] = []
  #step = 0
  #created = 0
  #homeless = 0
  #status: StreamCapacityStatus = {}
  #memory: FleetMemory | undefined
  #going: (Shed & { readonly begun: number })[] = []
  #random: () => number

  constructor(spec: StreamCapacitySpec, replicas: number, seed = 1) {
    this.spec = spec
    this.replicas = replicas
    this.#random = randomFrom(seed)
    this.#create(replicas, -STARTING)
  }

  get loads(): readonly number[] {
    return this.#staying().map(({ subscribers }) => subscribers)
  }

  get subscribers(): number {
    return this.#homeless + this.#pods.reduce((sum, { subscribers }) => sum + subscribers, 0)
  }

  /** Makes the number of streams this, as clients come and go by chance. */
  setSubscribers(wanted: number): void {
    for (let total = this.subscribers; total > wanted; total--) {
      const holders = this.#pods.filter(({ subscribers }) => subscribers > 0)
      const holder = this.#pick(holders)
      if (holder !== undefined) holder.subscribers--
    }
    this.#homeless += Math.max(0, wanted - this.subscribers)
  }

  run(steps: number): void {
    for (let done = 0; done < steps; done++) this.#advance()
  }

  #advance(): void {
    this.#step++
    this.#shed()
    this.#drain()
    this.#settle()
    const plan = planFleet(this.#state())
    this.plans.push(plan)
    this.#memory = plan.memory
    this.#status = plan.status
    for (const { pod, cost } of plan.deletionCosts) {
      const found = this.#pods.find(({ name }) => name === pod)
      if (found !== undefined) found.cost = cost
    }
    this.#going.push(...plan.sheds.map((shed) => ({ ...shed, begun: this.#step })))
    if (plan.replicas !== undefined) this.#scale(plan.replicas)
  }

  #state() {
    const now = START + this.#step * STEP
    const staying = this.#staying()
    const readyReplicas = staying.filter((pod) => this.#isReady(pod)).length
    return {
      ...fleetState({ now, spec: this.spec, status: this.#status }),
      memory: this.#memory,
      deployment: deploymentOf(this.replicas, { replicas: staying.length, readyReplicas }),
      pods: this.#pods.map((pod) => this.#observe(pod)),
    }
  }

  #observe(pod: SimulatedPod): PodState {
    const { name, subscribers, cost, leaving } = pod
    const { limit } = this.spec.subscribersPerPod
    const isTerminating = leaving !== undefined
    return podOf(name, subscribers, {
      isReady: this.#isReady(pod) && !isTerminating,
      isTerminating,
      isRunning: this.#isReady(pod) || isTerminating,
      snapshot: { subscribers, limit, isDraining: isTerminating },
      deletionCost: cost,
    })
  }

  /** As a ReplicaSet: pods that are not ready leave first, then the cheapest, then the youngest. */
  #scale(replicas: number): void {
    this.replicas = replicas
    const staying = this.#staying()
    const ranked = staying.toSorted(
      (a, b) =>
        Number(this.#isReady(a)) - Number(this.#isReady(b)) ||
        (a.cost ?? 0) - (b.cost ?? 0) ||
        b.born - a.born,
    )
    const leaving = ranked.slice(0, Math.max(0, staying.length - replicas))
    for (const pod of leaving) pod.leaving = this.#step
    if (leaving.length > 0) {
      this.removals.push({
        removed: Math.max(...leaving.map(({ subscribers }) => subscribers)),
        leastKept: Math.min(...this.loads),
      })
    }
    this.#create(replicas - staying.length, this.#step)
  }

  #create(count: number, born: number): void {
    for (let created = 0; created < count; created++) {
      const name = `pod-${this.#created++}`
      this.#pods.push({ name, born, subscribers: 0, cost: undefined, leaving: undefined })
    }
  }

  /** Each shed lets go an even share of its streams in each step. */
  #shed(): void {
    for (const { pod, count, over, begun } of this.#going) {
      const share = (step: number) =>
        Math.min(count, Math.floor((count * step * STEP) / (over * 1_000)))
      const due = share(this.#step - begun) - share(this.#step - 1 - begun)
      const found = this.#pods.find(({ name }) => name === pod)
      if (found !== undefined) this.#release(found, due)
    }
    this.#going = this.#going.filter(
      ({ over, begun }) => (this.#step - begun) * STEP < over * 1_000,
    )
  }

  #drain(): void {
    for (const pod of this.#pods) {
      if (pod.leaving === undefined) continue
      const left = Math.max(1, pod.leaving + DRAINING - this.#step)
      this.#release(pod, Math.ceil(pod.subscribers / left))
    }
    this.#pods = this.#pods.filter(
      ({ leaving }) => leaving === undefined || this.#step < leaving + DRAINING,
    )
  }

  #release(pod: SimulatedPod, count: number): void {
    const released = Math.min(count, pod.subscribers)
    pod.subscribers -= released
    this.#homeless += released
  }

  /** A full pod sends clients away, and they try again in the next step. */
  #settle(): void {
    const { limit } = this.spec.subscribersPerPod
    for (let left = this.#homeless; left > 0; left--) {
      const pod = this.#pick(this.#staying().filter((one) => this.#isReady(one)))
      if (pod === undefined || pod.subscribers >= limit) continue
      pod.subscribers++
      this.#homeless--
    }
  }

  #staying(): readonly SimulatedPod[] {
    return this.#pods.filter(({ leaving }) => leaving === undefined)
  }

  #isReady({ born }: SimulatedPod): boolean {
    return this.#step - born >= STARTING
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.#random() * items.length)]
  }
}

/** The same numbers from 0 to 1 for the same seed: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
