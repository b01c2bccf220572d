import { MAX_OVER } from '../../../schema/drain-and-shed.ts'
import type { FleetMemory, Shed } from '../fleet-plan.ts'
import type { Spread } from './spread.ts'

/** Least seconds between two sheds of a pod. Longer ones would go on into a rollout that begins meanwhile. */
const SHORTEST = 15

export interface ShedInput {
  readonly now: number
  readonly spread: Spread
  readonly maxPercentPerMinute: number
  readonly memory: Pick<FleetMemory, 'since' | 'sheds'>
}

export interface ShedPlan {
  readonly sheds: readonly Shed[]
  readonly memory: FleetMemory['sheds']
}

/** Which pods ask how many streams to move. All together ask for no more than the others have room for. */
export function planSheds({ now, spread, maxPercentPerMinute, memory }: ShedInput): ShedPlan {
  const going = new Map([...memory.sheds].filter(([, { until }]) => until > now))
  const sheds: Shed[] = []
  let room = roomOf(spread) - [...going.values()].reduce((sum, { count }) => sum + count, 0)
  for (const { name, uid, snapshot } of spread.crowded) {
    const pace = shedPace(snapshot.subscribers, maxPercentPerMinute)
    const free = memory.sheds.get(uid)?.until ?? memory.since + pace.over * 1_000
    const excess = Math.floor(snapshot.subscribers - spread.average)
    const count = Math.min(pace.count, excess, room)
    if (free > now || count < 1 || pace.over > MAX_OVER) continue
    room -= count
    sheds.push({ pod: name, count, over: pace.over })
    going.set(uid, { until: now + pace.over * 1_000, count })
  }
  return { sheds, memory: going }
}

/** The most streams of a pod at a time, and the seconds over which they are spread so that the rate is kept. */
export function shedPace(
  subscribers: number,
  maxPercentPerMinute: number,
): { readonly count: number; readonly over: number } {
  const perMinute = (subscribers * maxPercentPerMinute) / 100
  const over = Math.max(SHORTEST, Math.ceil(60 / perMinute))
  return { count: Math.max(1, Math.floor((perMinute * over) / 60)), over }
}

function roomOf({ serving, crowded }: Spread): number {
  return serving
    .filter((pod) => !crowded.includes(pod))
    .reduce((sum, { snapshot }) => sum + Math.max(0, snapshot.limit - snapshot.subscribers), 0)
}
