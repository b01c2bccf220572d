import { streamCapacitySpec, type StreamCapacitySpec } from '../../src/schema/stream-capacity.ts'
import { SimulatedFleet } from '../fleet/simulated-fleet.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { figuresOf, type Figures } from './figures.ts'
import { takeSample, type Sample } from './sample.ts'
import { breachesOf, type Breach } from './thresholds.ts'

export interface RunOptions {
  /** Subscribers at the beginning. */
  readonly clients: number
  readonly seed: number
}

export interface Run {
  readonly scenario: Scenario
  readonly spec: StreamCapacitySpec
  /** One a second. */
  readonly samples: readonly Sample[]
  readonly figures: Figures
  readonly breaches: readonly Breach[]
}

/** Pods for which the largest crowd of any scenario has room, with many clients too. */
const LARGEST_CROWD = 3

export function runScenario(scenario: Scenario, { clients, seed }: RunOptions): Run {
  const spec = specOf(scenario, clients)
  const fleet = new SimulatedFleet({
    spec,
    seed,
    clients: Math.round(scenario.clients(0, clients)),
    placement: scenario.placement ?? 'random',
  })
  const { timeline } = fleet
  const begun = timeline.now
  for (const { minute, act } of scenario.happenings ?? []) {
    timeline.after(minute * 60, () => {
      act(fleet)
    })
  }
  const samples: Sample[] = []
  for (let second = 1; second <= scenario.minutes * 60; second++) {
    fleet.clients.become(Math.round(scenario.clients(second / 60, clients)), 1)
    timeline.runUntil(begun + second)
    samples.push({ ...takeSample(fleet), second })
  }
  const figures = figuresOf(samples, spec, scenario.disturbedAt * 60)
  return { scenario, spec, samples, figures, breaches: breachesOf(figures, scenario.thresholds) }
}

function specOf({ spec = {} }: Scenario, clients: number): StreamCapacitySpec {
  const parsed = streamCapacitySpec.parse({ targetRef: { name: 'runnel' }, ...spec })
  const { scaling, subscribersPerPod } = parsed
  const most = Math.ceil((clients * LARGEST_CROWD) / subscribersPerPod.target)
  return { ...parsed, scaling: { ...scaling, maxReplicas: Math.max(scaling.maxReplicas, most) } }
}
