/** A result as a run could have written it, for tests and for looking at the page. */
import type { EncodedHistogram } from '../driver/tally.ts'
import type { FleetSample, ServerSample } from '../target/target.ts'
import type { Figures } from '../figures.ts'
import type { Machine } from './machine.ts'
import type { Report, Result, SecondSample } from './result.ts'
import { judgeFigures } from './verdicts.ts'

const SECONDS = 90
const SUBSCRIBERS = 1_000
const RATE = 20
const PODS = ['runnel-6d9f7c-4kq2x', 'runnel-6d9f7c-9bvtm', 'runnel-6d9f7c-x7hlp']
const MEBIBYTE = 2 ** 20

/** When the fault begins, and when it is over. */
const FAULT = { from: 40, to: 58 }

const FAKE_DRAWING = `trace 5af7183fb1d4cf5f, 14.2 ms
└ POST /publish/{channel}            0.0 ms  ████████                        2.9 ms  runnel-6d9f7c-4kq2x
  ├ append                           0.4 ms  ██████                          2.1 ms  runnel-6d9f7c-4kq2x
  ├ fan-out to 334 streams           2.6 ms        ████████████              6.3 ms  runnel-6d9f7c-4kq2x
  └ fan-out to 333 streams           3.1 ms         ██████████████████████  11.1 ms  runnel-6d9f7c-9bvtm`

export const FAKE_MACHINE: Machine = {
  cores: 4,
  model: 'AMD EPYC 7B13',
  memory: 16 * 2 ** 30,
  kernel: 'Linux 6.18.2',
  node: 'v24.21.0',
  loadAverage: 0.4,
}

export const FAKE_FIGURES: Figures = {
  owed: 1_712_000,
  lost: 0,
  duplicated: 0,
  reordered: 0,
  corrupted: 0,
  falseGaps: 0,
  gaps: 0,
  announced: 0,
  notReplayed: 0,
  deliveries: 1_712_000,
  deliveryP50: 4.31,
  deliveryP99: 14.2,
  deliveryP999: 812,
  deliveryMax: 1_904,
  heldBackPercent: 0.02,
  heldBackLongPercent: 0,
  connectP50: 8.4,
  connectP99: 31.7,
  firstEventP99: 48.9,
  caughtUpP50: 11.3,
  caughtUpP99: 64.2,
  caughtUpMax: 97.4,
  publishP99: 9.1,
  outageP99: 1_733,
  worstPause: 1_904,
  silentAtEnd: 0,
  reconnects: 1_371,
  cuts: 0,
  faults: 0,
  drains: 1_371,
  expiries: 0,
  refusals: 12,
  deadEnds: 0,
  connectFailures: 0,
  refusedPublishes: 0,
  unknownPublishes: 0,
  mostOpen: SUBSCRIBERS,
  serverCpuPercent: 38.4,
  serverRss: 121.3,
  serverHeap: 48.1,
  serverLoopDelay: 11.4,
  serverGcPercent: 0.71,
  serverDescriptors: 538,
  mostPods: 4,
  lastPods: 3,
  driverCpuPercent: 46.2,
  driverLoopDelay: 18.4,
  driverRss: 143,
}

/** A rollout of three pods; fields that are given replace what it has. */
export function fakeResult(changed: Partial<Result> = {}): Result {
  const figures = changed.figures ?? FAKE_FIGURES
  const thresholds = changed.thresholds ?? {
    lost: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    falseGaps: 0,
    deadEnds: 0,
    deliveryP99: 50,
    worstPause: 5_000,
  }
  return {
    scenario: 'rollout',
    variant: undefined,
    story:
      'All pods are replaced one after the other while events are published: every subscriber is told to come back, and resumes where it was.',
    target: 'Deployment runnel in the local cluster, through ingress-nginx',
    versions: { Runnel: '0.1.0', 'ingress-nginx': '1.14.0', Kubernetes: '1.36.1', Redis: '8.0.2' },
    amounts: { subscribers: SUBSCRIBERS, channels: 1, rate: RATE, seconds: 60, bytes: 128 },
    startedAt: '2026-11-27T06:26:43.120Z',
    seconds: SECONDS,
    interrupted: undefined,
    figures,
    thresholds,
    verdicts: judgeFigures(figures, thresholds),
    seriesOfSeconds: fakeSeconds(),
    histograms: {
      delivery: fakeHistogram(1_712_000, 4_300),
      publish: fakeHistogram(1_720, 3_100),
      connect: fakeHistogram(2_371, 8_400),
      outage: fakeHistogram(1_371, 640_000),
      caughtUp: fakeHistogram(1_371, 11_300),
    },
    phases: [
      { name: 'connect', from: 0, to: 6 },
      { name: 'publish', from: 6, to: 84 },
      { name: 'judge', from: 84, to: SECONDS },
    ],
    faults: [{ name: 'rollout', ...FAULT }],
    notes: ['All pods were replaced within 18 s, and each drained its streams over 5 s.'],
    reasons: { drains: { 'runnel.drain': 1_371 }, refusals: { 'runnel.full (limit)': 12 } },
    examples: [],
    trace: {
      url: 'http://jaeger.test/trace/5af7183fb1d4cf5f',
      pods: PODS.slice(0, 2),
      commands: ['kubectl port-forward service/jaeger 16686'],
      drawing: FAKE_DRAWING,
    },
    ...changed,
  }
}

export function fakeReport(...results: readonly Result[]): Report {
  return {
    version: 1,
    machine: FAKE_MACHINE,
    results: results.length === 0 ? [fakeResult()] : results,
  }
}

export function fakeSecond(changed: Partial<SecondSample> = {}): SecondSample {
  return { ...secondAt(30), ...changed }
}

function fakeSeconds(): readonly SecondSample[] {
  return Array.from({ length: SECONDS }, (_, second) => secondAt(second))
}

function secondAt(second: number): SecondSample {
  const isFault = second >= FAULT.from && second < FAULT.to
  const isPublishing = second >= 6 && second < 84
  const waiting = isFault ? Math.round(70 + 60 * wave(second, 2)) : 0
  const open = Math.min(SUBSCRIBERS, second * 180) - waiting
  const slow = isFault ? 40 : 1
  return {
    second,
    open,
    waiting,
    deliveries: isPublishing ? open * RATE : 0,
    due: isPublishing ? RATE : 0,
    published: isPublishing ? RATE : 0,
    reconnects: isFault ? Math.round(76 + 30 * wave(second, 1)) : 0,
    cuts: 0,
    refusals: isFault && second % 6 === 0 ? 4 : 0,
    gaps: 0,
    findings: 0,
    deliveryP50: isPublishing ? 4.3 + wave(second, 1) : undefined,
    deliveryP99: isPublishing ? (13 + 4 * wave(second, 3)) * slow : undefined,
    deliveryMax: isPublishing ? (27 + 12 * wave(second, 5)) * slow : undefined,
    fleet: fakeFleet(second, open),
  }
}

/** Each six seconds of the fault, the next pod is replaced by one of another name. */
function fakeFleet(second: number, open: number): FleetSample {
  const replaced = second < FAULT.from ? 0 : Math.min(3, Math.floor((second - FAULT.from) / 6) + 1)
  const names = PODS.map((name, index) =>
    index < replaced ? name.replace('6d9f7c', '84b5c9') : name,
  )
  const servers = names.map((name, index): ServerSample => ({
    name,
    streams: Math.round(open / 3 + 20 * wave(second, index)),
    cpu: second * (0.28 + 0.04 * index) + wave(second, index) * 0.05,
    rss: (92 + 6 * index + second * 0.2) * MEBIBYTE,
    heap: (31 + 5 * wave(second, index) + 2 * index) * MEBIBYTE,
    gc: second * 0.006,
    loopDelay: 10.4 + 0.6 * wave(second, index),
    descriptors: Math.round(open / 3) + 41,
  }))
  return { servers, replicas: second >= FAULT.from && second < FAULT.to ? 4 : 3 }
}

/** Of -1 to 1, and the same in each run. */
function wave(second: number, shift: number): number {
  return Math.sin(second * 1.7 + shift) * Math.cos(second * 0.37 + 2 * shift)
}

/** A long tail above the median, in microseconds. */
function fakeHistogram(count: number, median: number): EncodedHistogram {
  const buckets = 120
  const counts = Array.from({ length: buckets }, (_, bucket) => {
    const distance = (bucket - 30) / (bucket < 30 ? 9 : 12)
    return Math.round(
      (count / 26) * Math.exp(-(distance ** 2) / 2) + (count * 0.002) / (bucket + 1),
    )
  })
  return counts.flatMap((amount, bucket) => [median * 1.06 ** (bucket - 30), amount])
}
