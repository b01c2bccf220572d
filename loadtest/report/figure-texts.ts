import type { Figures } from '../figures.ts'

export type FigureGroup =
  | 'correctness'
  | 'delivery'
  | 'connections'
  | 'publishing'
  | 'servers'
  | 'drivers'

interface FigureText {
  readonly head: string
  readonly group: FigureGroup
  readonly unit: '' | 'ms' | '%' | 'MiB'
  /** Which of two is better: less, more, or neither. */
  readonly better: 'less' | 'more' | 'neither'
  /** What 0 stands for, where it is more than a number. */
  readonly zero?: string
}

/** In the order of tables. */
export const GROUP_HEADS: Readonly<Record<FigureGroup, string>> = {
  correctness: 'Correctness',
  delivery: 'Delivery',
  connections: 'Connections',
  publishing: 'Publishing',
  servers: 'Servers, the busiest',
  drivers: 'Drivers of the load, the busiest',
}

/** How tables name and show a figure, in their order. */
export const FIGURE_TEXTS: Readonly<Record<keyof Figures, FigureText>> = {
  owed: { ...count('correctness', 'owed'), better: 'neither' },
  lost: count('correctness', 'lost'),
  duplicated: count('correctness', 'duplicated'),
  reordered: count('correctness', 'reordered'),
  corrupted: count('correctness', 'corrupted'),
  falseGaps: count('correctness', 'false gaps'),
  gaps: count('correctness', 'gaps'),
  announced: count('correctness', 'announced by gaps'),
  notReplayed: count('correctness', 'missing in the history'),
  deliveries: { ...count('delivery', 'deliveries'), better: 'more' },
  deliveryP50: time('delivery', 'delivery p50'),
  deliveryP99: time('delivery', 'delivery p99'),
  deliveryP999: time('delivery', 'delivery p99.9'),
  deliveryMax: time('delivery', 'delivery max'),
  // Only pauses over a second are recorded.
  worstPause: { ...time('delivery', 'worst pause'), zero: 'under 1 s' },
  silentAtEnd: count('delivery', 'silent at the end'),
  heldBackPercent: percent('delivery', 'held back on the way'),
  heldBackLongPercent: percent('delivery', 'held back over 200 ms'),
  connectP50: time('connections', 'connect p50'),
  connectP99: time('connections', 'connect p99'),
  firstEventP99: time('connections', 'first event p99'),
  caughtUpP50: time('connections', 'caught up p50'),
  caughtUpP99: time('connections', 'caught up p99'),
  caughtUpMax: time('connections', 'caught up max'),
  outageP99: time('connections', 'outage p99'),
  mostOpen: { ...count('connections', 'most open'), better: 'more' },
  reconnects: count('connections', 'reconnects'),
  cuts: count('connections', 'cuts'),
  faults: count('connections', 'ended by a fault'),
  drains: count('connections', 'drained'),
  expiries: count('connections', 'expired'),
  refusals: count('connections', 'refusals'),
  deadEnds: count('connections', 'dead ends'),
  connectFailures: count('connections', 'failed connects'),
  publishP99: time('publishing', 'publish p99'),
  refusedPublishes: count('publishing', 'refused publishes'),
  unknownPublishes: count('publishing', 'publishes without an outcome'),
  serverCpuPercent: percent('servers', 'CPU of a core'),
  serverRss: mebibytes('servers', 'RSS'),
  serverHeap: mebibytes('servers', 'JS heap'),
  serverLoopDelay: time('servers', 'event loop delay'),
  serverGcPercent: percent('servers', 'garbage collection'),
  serverDescriptors: count('servers', 'descriptors'),
  mostPods: { ...count('servers', 'most pods'), better: 'neither' },
  lastPods: { ...count('servers', 'pods in the end'), better: 'neither' },
  driverCpuPercent: percent('drivers', 'driver CPU of a core'),
  driverLoopDelay: time('drivers', 'driver event loop delay'),
  driverRss: mebibytes('drivers', 'driver RSS'),
}

export const FIGURE_NAMES = Object.keys(FIGURE_TEXTS) as readonly (keyof Figures)[]

export function showFigure(name: keyof Figures, value: number | undefined): string {
  if (value === undefined) return 'not measured'
  const { unit, zero } = FIGURE_TEXTS[name]
  if (value === 0 && zero !== undefined) return zero
  const number = showNumber(value)
  return unit === '' ? number : `${number} ${unit}`
}

/** With three digits at least, and none that mean nothing. */
export function showNumber(value: number): string {
  const size = Math.abs(value)
  const digits = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

/** Minutes and seconds. */
export function showTime(seconds: number): string {
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

export function showRatio(ratio: number | undefined): string {
  return ratio === undefined ? '' : `× ${ratio.toFixed(2)}`
}

function count(group: FigureGroup, head: string): FigureText {
  return { head, group, unit: '', better: 'less' }
}

function time(group: FigureGroup, head: string): FigureText {
  return { head, group, unit: 'ms', better: 'less' }
}

function percent(group: FigureGroup, head: string): FigureText {
  return { head, group, unit: '%', better: 'less' }
}

function mebibytes(group: FigureGroup, head: string): FigureText {
  return { head, group, unit: 'MiB', better: 'less' }
}
