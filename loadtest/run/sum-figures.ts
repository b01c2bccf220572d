import type { Judgement } from '../driver/commands.ts'
import type { Figures } from '../figures.ts'
import type { SecondSample } from '../report/result.ts'
import type { ServerSample } from '../target/target.ts'
import type { DriverLoads } from './driver-loads.ts'
import type { FleetReading } from './fleet-watch.ts'
import { highestRate } from './highest-rate.ts'
import type { TallySum } from './tally-sum.ts'

const MEBIBYTE = 2 ** 20

export interface Measurements {
  readonly sum: TallySum
  readonly seconds: readonly SecondSample[]
  readonly fleet: readonly FleetReading[]
  readonly drivers: DriverLoads
  /** Undefined if the run ended before there was one. */
  readonly judgement: Judgement | undefined
}

export function sumFigures({ sum, seconds, fleet, drivers, judgement }: Measurements): Figures {
  const { counts } = sum
  const pods = fleet.map(({ fleet: { servers } }) => servers.length).filter((count) => count > 0)
  return {
    owed: judgement?.owed,
    // Of nothing, nothing can be lost: such a run has not measured it.
    lost: judgement?.owed === 0 ? undefined : judgement?.lost,
    duplicated: judgement?.duplicated,
    reordered: judgement?.reordered,
    corrupted: judgement?.corrupted,
    falseGaps: judgement?.falseGaps,
    gaps: counts.gaps,
    announced: judgement?.announced,
    notReplayed: judgement?.notReplayed,
    deliveries: counts.deliveries,
    deliveryP50: sum.percentile('delivery', 50),
    deliveryP99: sum.percentile('delivery', 99),
    deliveryP999: sum.percentile('delivery', 99.9),
    deliveryMax: sum.percentile('delivery', 100),
    heldBackPercent: percentOf(counts.heldBack, counts.deliveries),
    heldBackLongPercent: percentOf(counts.heldBackLong, counts.deliveries),
    connectP50: sum.percentile('connect', 50),
    connectP99: sum.percentile('connect', 99),
    firstEventP99: sum.percentile('firstEvent', 99),
    caughtUpP50: sum.percentile('caughtUp', 50),
    caughtUpP99: sum.percentile('caughtUp', 99),
    caughtUpMax: sum.percentile('caughtUp', 100),
    publishP99: sum.percentile('publish', 99),
    outageP99: sum.percentile('outage', 99),
    // Pauses are found at the judgement, and only those of over a second.
    worstPause: judgement && (sum.percentile('pause', 100) ?? 0),
    silentAtEnd: judgement && counts.silentAtEnd,
    reconnects: counts.reconnects,
    cuts: counts.cuts,
    faults: counts.faults,
    drains: counts.drains,
    expiries: counts.expiries,
    refusals: counts.refusals,
    deadEnds: counts.deadEnds,
    connectFailures: counts.connectFailures,
    refusedPublishes: counts.refusedPublishes,
    unknownPublishes: counts.unknownPublishes,
    mostOpen: highest(seconds.map(({ open }) => open)) ?? 0,
    serverCpuPercent: scale(highestServerRate(fleet, 'cpu'), 100),
    serverRss: scale(highestOfServers(fleet, 'rss'), 1 / MEBIBYTE),
    serverHeap: scale(highestOfServers(fleet, 'heap'), 1 / MEBIBYTE),
    serverLoopDelay: highestOfServers(fleet, 'loopDelay'),
    serverGcPercent: scale(highestServerRate(fleet, 'gc'), 100),
    serverDescriptors: highestOfServers(fleet, 'descriptors'),
    mostPods: highest(pods),
    lastPods: pods.at(-1),
    driverCpuPercent: drivers.highestCpu * 100,
    driverLoopDelay: drivers.highestLoopDelay,
    driverRss: drivers.highestRss / MEBIBYTE,
  }
}

type ServerFigure = Exclude<keyof ServerSample, 'name'>

function highestOfServers(fleet: readonly FleetReading[], figure: ServerFigure) {
  const servers = fleet.flatMap((reading) => reading.fleet.servers)
  return highest(servers.flatMap((server) => server[figure] ?? []))
}

function highestServerRate(fleet: readonly FleetReading[], figure: ServerFigure) {
  const all = fleet.flatMap(({ at, fleet: { servers } }) =>
    servers.map((server) => ({ at, name: server.name, value: server[figure] })),
  )
  const byName = Map.groupBy(all, ({ name }) => name)
  const rates = [...byName.values()].map((readings) =>
    highestRate(readings.flatMap(({ at, value }) => (value === undefined ? [] : { at, value }))),
  )
  return highest(rates.flatMap((rate) => rate ?? []))
}

function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : (part / whole) * 100
}

function highest(values: readonly number[]): number | undefined {
  return values.length === 0
    ? undefined
    : values.reduce((most, value) => Math.max(most, value), -Infinity)
}

function scale(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor
}
