import { parseFlags } from '../../src/lib/parse-flags.ts'
import { streamCapacitySpec } from '../../src/schema/stream-capacity.ts'
import { readWhole } from '../read-whole.ts'
import type { Workload } from './workload.ts'

const { subscribersPerPod, history } = streamCapacitySpec.parse({ targetRef: { name: 'runnel' } })

/** An option: its default, bounds, and what it is. */
type Row = readonly [value: number, min: number, max: number, does: string]

const OPTIONS = {
  subscribers: [100_000, 1, 1e9, 'subscribers at once'],
  channels: [100, 1, 1e9, 'channels; each subscriber follows one'],
  events: [50, 0, 1e7, 'events a second, in all channels together'],
  'event-bytes': [200, 0, 1e6, 'bytes of an event'],
  target: [subscribersPerPod.target, 1, 1e6, 'streams of a pod'],
  limit: [subscribersPerPod.limit, 1, 1e6, 'streams of a pod at most'],
  'history-events': [history.events, 1, 1e5, 'events kept in a channel'],
  'history-age': [3_600, 1, 604_800, 'seconds for which an event is kept'],
  'pods-per-node': [10, 1, 1_000, 'pods on a node, at most those of its zone'],
  zones: [3, 2, 100, 'zones of about as many pods each'],
  surge: [1, 1, 10_000, 'pods that a rolling update adds at a time, as maxSurge'],
  'drain-window': [20, 0, 3_600, 'seconds over which a leaving pod closes its streams'],
  'start-time': [10, 1, 3_600, 'seconds until a new pod takes clients'],
  retry: [3, 0, 3_600, 'seconds that a client waits after a cut'],
  'core-percent': [50, 1, 100, 'percent of a core that a pod or a Redis server should use'],
  'shard-mib': [8_192, 1, 1e7, 'MiB that a Redis server should hold'],
} as const satisfies Readonly<Record<string, Row>>

type Name = keyof typeof OPTIONS

const ENTRIES = Object.entries(OPTIONS) as readonly (readonly [Name, Row])[]

export const SIZE_USAGE = `Usage: npm run simulate -- size [options]

Computes how many pods and Redis servers a fleet needs, and what a rollout and the loss of a node or a zone
cost, from figures that the benchmarks have measured (docs/figures.json).

${ENTRIES.map(([name, [value, , , does]]) => `  --${name} N`.padEnd(22) + `${does} (${value})`).join('\n')}
  --help              print this
`

/** Undefined where help is asked for. Throws an error with a sentence for what it cannot use. */
export function parseWorkload(args: readonly string[]): Workload | undefined {
  const numbers = Object.fromEntries(ENTRIES.map(([name]) => [name, { type: 'string' as const }]))
  const { values }: { values: Readonly<Record<string, string | boolean | undefined>> } = parseFlags(
    {
      args: [...args],
      options: { ...numbers, help: { type: 'boolean', short: 'h' } },
    },
  )
  if (values['help'] === true) return undefined
  const read = (name: Name) => {
    const [value, min, max] = OPTIONS[name]
    const text = values[name]
    return typeof text === 'string' ? readWhole(`--${name}`, text, min, max) : value
  }
  const workload: Workload = {
    subscribers: read('subscribers'),
    channels: read('channels'),
    events: read('events'),
    eventBytes: read('event-bytes'),
    target: read('target'),
    limit: read('limit'),
    historyEvents: read('history-events'),
    historyAge: read('history-age'),
    podsPerNode: read('pods-per-node'),
    zones: read('zones'),
    surge: read('surge'),
    drainWindow: read('drain-window'),
    startTime: read('start-time'),
    retry: read('retry'),
    corePercent: read('core-percent'),
    shardBytes: read('shard-mib') * 1024 ** 2,
  }
  if (workload.target > workload.limit) {
    throw new Error(
      `expected --target of at most --limit, got ${workload.target} and ${workload.limit}`,
    )
  }
  return workload
}
