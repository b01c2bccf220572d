import { formatTable } from '../../reporting/text-table.ts'
import type { MeasuredFigures } from '../../bench/measured-figures.ts'
import type { Loss, Sizing } from './size-fleet.ts'
import type { Workload } from './workload.ts'

/** Of `spec.scaling.maxReplicas`. */
const MOST_PODS = 500

const LIMITS = `Limits of this computation:
- Each subscriber follows one channel, and all channels are alike. A channel that is busier than the others needs
  more: one channel cannot be divided among Redis servers.
- A node or zone that vanishes closes no connection: its clients come back as they miss the heartbeats, or as the
  proxy ends their connections. The rate is that of clients which all notice at once.
- TLS, the proxy, the network and the buffers of the kernel are not in it. Measure the fan-out with your events.
- Other machines are faster or slower: npm run bench, bench:append and bench:notify measure yours with --record.
`

/** The sizing as text, with the source of each measured figure. */
export function formatSizing(workload: Workload, sizing: Sizing, figures: MeasuredFigures): string {
  return [
    formatTable([['', 'needed', 'why'], ...podRows(workload, sizing), ...redisRows(sizing)]),
    formatTable([
      ['', 'reconnects', 'a second', 'then'],
      rolloutRow(workload, sizing),
      lossRow('a node is lost', sizing.node),
      lossRow('a zone is lost', sizing.zone),
    ]),
    warnings(workload, sizing),
    formatAsked(workload),
    formatSources(figures),
    LIMITS,
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function podRows({ target }: Workload, { pods }: Sizing): readonly (readonly string[])[] {
  const forStreams = `${whole(pods.forStreams)} for ${target} streams a pod`
  const forProcessor = `${whole(pods.forProcessor)} for ${whole(pods.deliveriesPerSecond)} deliveries a second`
  return [
    ['pods', whole(pods.count), `${forStreams}, ${forProcessor}`],
    ['processor of a pod', percentOfCore(pods.corePercent), `${whole(pods.streamsPerPod)} streams`],
    [
      'memory of a pod',
      mebibytes(pods.bytesAtTarget),
      `at the target; ${mebibytes(pods.bytesAtLimit)} at the limit, both without events in flight`,
    ],
  ]
}

function redisRows({ redis }: Sizing): readonly (readonly string[])[] {
  return [
    [
      'Redis servers',
      whole(redis.shards),
      `${redis.forMemory} for memory, ${redis.forProcessor} for processor`,
    ],
    [
      'memory of all of them',
      mebibytes(redis.bytes),
      'channels and their histories, without replicas',
    ],
    [
      'processor of all',
      percentOfCore(redis.cores * 100),
      `${redis.corePercentOfChannel.toFixed(2)} % of a core for one channel`,
    ],
  ]
}

function rolloutRow({ subscribers, surge }: Workload, { rollout }: Sizing): readonly string[] {
  return [
    `a rolling update, ${surge} at a time`,
    whole(rollout.reconnects * subscribers),
    whole(rollout.reconnectsPerSecond),
    `${rollout.reconnects.toFixed(2)} a client, in ${(rollout.seconds / 60).toFixed(0)} minutes; the last old pods ` +
      `hold ${rollout.peak.toFixed(1)} times the average where the proxy places clients by chance`,
  ]
}

function lossRow(what: string, loss: Loss): readonly string[] {
  return [
    `${what} (${whole(loss.pods)} pods)`,
    whole(loss.reconnects),
    whole(loss.reconnectsPerSecond),
    `${percentOfCore(loss.corePercent)} of each other pod to open them, which then are ` +
      `${loss.loadPercentAfter.toFixed(0)} % full`,
  ]
}

function warnings(
  { target, limit, corePercent }: Workload,
  { pods, node, zone, rollout, redis }: Sizing,
): string {
  const found = [
    pods.count > MOST_PODS &&
      `a StreamCapacity has at most ${MOST_PODS} pods: raise --target and --limit, or divide the subscribers`,
    node.loadPercentAfter > 100 &&
      'the loss of a node overflows the others: raise the limit or lower the target',
    zone.loadPercentAfter > 100 &&
      'the loss of a zone overflows the others: raise the limit or lower the target',
    zone.corePercent > 100 &&
      'the other pods cannot open the streams of a lost zone as fast as they come: raise --retry',
    rollout.peak * target > limit &&
      'a rolling update fills its last old pods: let the proxy place clients by least connections, or raise --surge',
    redis.corePercentOfChannel > corePercent && 'one channel is more than a Redis server should do',
  ]
  return found
    .filter((line) => line !== false)
    .map((line) => `WARNING: ${line}\n`)
    .join('')
}

/** What was asked for, or assumed where no option says otherwise. */
function formatAsked(workload: Workload): string {
  const asked = Object.entries(workload).map(([name, value]) => [name, value.toLocaleString('en')])
  return formatTable([['asked for, or assumed (--help)', 'value'], ...asked])
}

function formatSources(figures: MeasuredFigures): string {
  const sources = Object.values(figures).flatMap((section) =>
    Object.entries(section.figures).map(([name, value]) => [name, String(value), section.command]),
  )
  return formatTable([['measured (docs/figures.json)', 'value', 'by'], ...sources])
}

function whole(value: number): string {
  return Math.ceil(value).toLocaleString('en')
}

function percentOfCore(percent: number): string {
  return `${percent.toFixed(percent < 10 ? 1 : 0)} % of a core`
}

function mebibytes(bytes: number): string {
  return `${whole(bytes / 1024 ** 2)} MiB`
}
