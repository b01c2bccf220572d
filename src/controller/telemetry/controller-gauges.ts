import type { Attributes, Meter } from '@opentelemetry/api'
import type { LeaderWork } from '../leader/leader-work.ts'
import { keyOf, type KubeObject } from '../objects/metadata.ts'
import type { FleetRegistry } from '../registry/fleet-registry.ts'

/** What is read when metrics are asked for. */
export interface ObservedController {
  readonly registry: Pick<FleetRegistry, 'objects' | 'count' | 'describePods'>
  readonly leader: Pick<LeaderWork, 'isLeader' | 'depth'>
  /** Milliseconds since the API server last served each kind. */
  readonly silences: () => ReadonlyMap<string, number>
}

type Value = readonly [value: number, labels?: Attributes]

/** Makes the metrics of what can be read at any time. */
export function observeController(
  meter: Meter,
  { registry, leader, silences }: ObservedController,
): void {
  const gauge = (name: string, description: string, read: () => readonly Value[]) => {
    const made = meter.createObservableGauge(`runnel_controller_${name}`, { description })
    made.addCallback((result) => {
      for (const [value, labels] of read()) result.observe(value, labels)
    })
  }
  gauge('leader', '1 while this replica leads.', () => [[Number(leader.isLeader)]])
  gauge('queue_depth', 'Fleets that wait for a look.', () => [[leader.depth]])
  gauge('watch_silence_seconds', 'Time since the API server last served a kind.', () =>
    [...silences()].map(([kind, silence]) => [silence / 1_000, { kind }]),
  )
  gauge('fleet_subscribers', 'Streams of a fleet; absent while unknown.', () =>
    registry.objects.flatMap((object): readonly Value[] => {
      const count = registry.count(keyOf(object))
      return count?.isKnown === true ? [[count.subscribers, labelsOf(object)]] : []
    }),
  )
  gauge('fleet_silent_pods', 'Pods of a fleet that do not answer.', () =>
    registry.objects.map((object) => {
      const silent = registry.describePods(object).filter(({ silence }) => silence !== undefined)
      return [silent.length, labelsOf(object)]
    }),
  )
}

function labelsOf({ metadata: { namespace = '', name } }: KubeObject): Attributes {
  return { namespace, name }
}
