import { z } from 'zod'
import type { Report } from './result.ts'

const NUMBER = z.number()
const TEXT = z.string()
const TEXTS = z.array(TEXT)

/** JSON has no `undefined`: `null` stands for what was not measured, and so does a field that is not there. */
function orUndefined<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined)
}

const MEASURED = orUndefined(NUMBER)

const FIGURES = z.object({
  owed: MEASURED,
  lost: MEASURED,
  duplicated: MEASURED,
  reordered: MEASURED,
  corrupted: MEASURED,
  falseGaps: MEASURED,
  gaps: NUMBER,
  announced: MEASURED,
  notReplayed: MEASURED,
  deliveries: NUMBER,
  deliveryP50: MEASURED,
  deliveryP99: MEASURED,
  deliveryP999: MEASURED,
  deliveryMax: MEASURED,
  heldBackPercent: NUMBER,
  heldBackLongPercent: NUMBER,
  connectP50: MEASURED,
  connectP99: MEASURED,
  firstEventP99: MEASURED,
  caughtUpP50: MEASURED,
  caughtUpP99: MEASURED,
  caughtUpMax: MEASURED,
  publishP99: MEASURED,
  outageP99: MEASURED,
  worstPause: MEASURED,
  silentAtEnd: MEASURED,
  reconnects: NUMBER,
  cuts: NUMBER,
  faults: NUMBER,
  drains: NUMBER,
  expiries: NUMBER,
  refusals: NUMBER,
  deadEnds: NUMBER,
  connectFailures: NUMBER,
  refusedPublishes: NUMBER,
  unknownPublishes: NUMBER,
  mostOpen: NUMBER,
  serverCpuPercent: MEASURED,
  serverRss: MEASURED,
  serverHeap: MEASURED,
  serverLoopDelay: MEASURED,
  serverGcPercent: MEASURED,
  serverDescriptors: MEASURED,
  mostPods: MEASURED,
  lastPods: MEASURED,
  driverCpuPercent: NUMBER,
  driverLoopDelay: NUMBER,
  driverRss: NUMBER,
})

const FIGURE_NAME = FIGURES.keyof()

const SERVER = z.object({
  name: TEXT,
  streams: MEASURED,
  cpu: MEASURED,
  rss: MEASURED,
  heap: MEASURED,
  gc: MEASURED,
  loopDelay: MEASURED,
  descriptors: MEASURED,
})

const SECOND = z.object({
  second: NUMBER,
  open: NUMBER,
  waiting: NUMBER,
  deliveries: NUMBER,
  due: NUMBER,
  published: NUMBER,
  reconnects: NUMBER,
  cuts: NUMBER,
  refusals: NUMBER,
  gaps: NUMBER,
  findings: NUMBER,
  deliveryP50: MEASURED,
  deliveryP99: MEASURED,
  deliveryMax: MEASURED,
  fleet: z.object({ servers: z.array(SERVER), replicas: MEASURED }),
})

const PHASES = z.array(z.object({ name: TEXT, from: NUMBER, to: NUMBER }))

const REASONS = z.partialRecord(
  z.enum(['cuts', 'faults', 'drains', 'expiries', 'refusals', 'deadEnds', 'connectFailures']),
  z.record(TEXT, NUMBER),
)

const HISTOGRAMS = z.enum([
  'delivery',
  'connect',
  'firstEvent',
  'caughtUp',
  'publish',
  'outage',
  'pause',
])

const RESULT = z.object({
  scenario: TEXT,
  variant: orUndefined(z.literal('naive')),
  story: TEXT,
  target: TEXT,
  versions: z.record(TEXT, TEXT),
  amounts: z.object({
    subscribers: NUMBER,
    channels: NUMBER,
    rate: NUMBER,
    seconds: NUMBER,
    bytes: NUMBER,
  }),
  startedAt: z.iso.datetime({ offset: true }),
  seconds: NUMBER,
  interrupted: orUndefined(TEXT),
  figures: FIGURES,
  thresholds: z.partialRecord(FIGURE_NAME, NUMBER),
  verdicts: z.array(
    z.object({ figure: FIGURE_NAME, atMost: NUMBER, got: MEASURED, isMet: z.boolean() }),
  ),
  seriesOfSeconds: z.array(SECOND),
  histograms: z.partialRecord(HISTOGRAMS, z.array(NUMBER)),
  phases: PHASES,
  faults: PHASES,
  notes: TEXTS,
  reasons: REASONS,
  examples: TEXTS,
  trace: orUndefined(z.object({ url: TEXT, pods: TEXTS, commands: TEXTS, drawing: TEXT })),
})

/** The form of `report.json`. What it does not name is left out, so that later versions may add fields. */
export const REPORT: z.ZodType<Report> = z.object({
  version: z.literal(1),
  machine: z.object({
    cores: NUMBER,
    model: TEXT,
    memory: NUMBER,
    kernel: TEXT,
    node: TEXT,
    loadAverage: NUMBER,
  }),
  results: z.array(RESULT),
})
