import type { MeasuredFigures } from '../../bench/measured-figures.ts'
import { rolloutCost, type RolloutCost } from './rollout-cost.ts'
import type { Workload } from './workload.ts'

export interface Sizing {
  readonly pods: PodSizing
  readonly redis: RedisSizing
  readonly rollout: RolloutCost & { readonly seconds: number; readonly reconnectsPerSecond: number }
  readonly node: Loss
  readonly zone: Loss
}

export interface PodSizing {
  readonly count: number
  readonly forStreams: number
  readonly forProcessor: number
  readonly streamsPerPod: number
  readonly deliveriesPerSecond: number
  readonly corePercent: number
  readonly bytesAtTarget: number
  readonly bytesAtLimit: number
}

export interface RedisSizing {
  readonly shards: number
  readonly forMemory: number
  readonly forProcessor: number
  readonly bytes: number
  readonly cores: number
  /** Of a core, for one channel, which cannot be divided among servers. */
  readonly corePercentOfChannel: number
}

/** What the loss of some pods at once means for the others. */
export interface Loss {
  readonly pods: number
  readonly reconnects: number
  readonly reconnectsPerSecond: number
  /** Of a core of each remaining pod, to open the streams. */
  readonly corePercent: number
  readonly loadPercentAfter: number
}

export function sizeFleet(workload: Workload, figures: MeasuredFigures): Sizing {
  const pods = sizePods(workload, figures)
  const inZone = Math.ceil(pods.count / workload.zones)
  // A node is in one zone, so that a small fleet has fewer pods on it.
  const onNode = Math.min(inZone, workload.podsPerNode)
  return {
    pods,
    redis: sizeRedis(workload, figures, pods.count),
    rollout: costOfRollout(workload, pods.count),
    node: loss(workload, figures, pods.count, onNode),
    zone: loss(workload, figures, pods.count, inZone),
  }
}

/** Each subscriber follows one channel, and all channels are alike. */
function sizePods(
  { subscribers, channels, events, target, limit, corePercent }: Workload,
  { service }: MeasuredFigures,
): PodSizing {
  const { deliveriesPerCpuSecond, bytesPerStream, bytesWithoutStreams } = service.figures
  const deliveriesPerSecond = (events * subscribers) / channels
  const cores = deliveriesPerSecond / deliveriesPerCpuSecond
  const forStreams = Math.ceil(subscribers / target)
  const forProcessor = Math.ceil(cores / (corePercent / 100))
  const count = Math.max(2, forStreams, forProcessor)
  const bytesWith = (streams: number) => bytesWithoutStreams + streams * bytesPerStream
  return {
    count,
    forStreams,
    forProcessor,
    streamsPerPod: subscribers / count,
    deliveriesPerSecond,
    corePercent: (cores / count) * 100,
    bytesAtTarget: bytesWith(target),
    bytesAtLimit: bytesWith(limit),
  }
}

function sizeRedis(workload: Workload, figures: MeasuredFigures, pods: number): RedisSizing {
  const { channels, events, eventBytes, historyEvents, historyAge } = workload
  const { bytesPerChannel, bytesPerEvent, textBytes } = figures.redisMemory.figures
  const perSecond = events / channels
  const kept = Math.max(1, Math.min(historyEvents, perSecond * historyAge))
  const longer = eventBytes - textBytes
  const bytes = channels * (bytesPerChannel + longer + (kept - 1) * (bytesPerEvent + longer))

  const listening = podsOfChannel(workload, pods)
  const { microsecondsPerAppend } = figures.append.figures
  const { microsecondsPerPod } = figures.notify.figures
  const coresPerEvent = (microsecondsPerAppend + listening * microsecondsPerPod) / 1e6
  const cores = events * coresPerEvent
  const forMemory = Math.ceil(bytes / workload.shardBytes)
  const forProcessor = Math.ceil(cores / (workload.corePercent / 100))
  return {
    shards: Math.max(1, forMemory, forProcessor),
    forMemory,
    forProcessor,
    bytes,
    cores,
    corePercentOfChannel: perSecond * coresPerEvent * 100,
  }
}

/** Pods that have at least one subscriber of a channel, where subscribers lie by chance. */
function podsOfChannel({ subscribers, channels }: Workload, pods: number): number {
  return pods * (1 - (1 - 1 / pods) ** (subscribers / channels))
}

/** A step takes as long as a new pod; the streams of one come back evenly over that time, or over the window. */
function costOfRollout(
  { subscribers, surge, startTime, drainWindow }: Workload,
  pods: number,
): Sizing['rollout'] {
  const cost = rolloutCost(pods, surge)
  const seconds = Math.ceil(pods / surge) * startTime + drainWindow
  return { ...cost, seconds, reconnectsPerSecond: (cost.reconnects * subscribers) / seconds }
}

function loss(
  { subscribers, limit, retry }: Workload,
  { service }: MeasuredFigures,
  pods: number,
  lost: number,
): Loss {
  const reconnects = (subscribers * lost) / pods
  const remaining = pods - lost
  // From 50 to 150 % of `retry`: as long as `retry` itself.
  const reconnectsPerSecond = reconnects / Math.max(1, retry)
  const seconds = (reconnectsPerSecond * service.figures.microsecondsToOpen) / 1e6
  return {
    pods: lost,
    reconnects,
    reconnectsPerSecond,
    corePercent: (seconds / remaining) * 100,
    loadPercentAfter: (subscribers / (remaining * limit)) * 100,
  }
}
