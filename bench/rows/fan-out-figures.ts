import type { Delivering } from './measure-fan-out.ts'
import type { Figure, Target, Values } from './row.ts'

/** What a fan-out shows: the cost first, since a ratio of costs says most. */
export function fanOutFigures(targets: readonly Target[] = []): readonly Figure[] {
  return [
    ...costFigures(targets),
    { key: 'p50', name: 'latency p50', unit: 'ms', digits: 1, targets: [] },
    { key: 'p99', name: 'latency p99', unit: 'ms', digits: 1, targets: [] },
  ]
}

/** What one shows whose events are not due at fixed times. */
export function costFigures(targets: readonly Target[] = []): readonly Figure[] {
  return [
    { key: 'deliveries', name: 'deliveries per CPU-second', unit: 'thousand', digits: 0, targets },
    { key: 'core', name: 'CPU used', unit: '% of a core', digits: 0, targets: [] },
  ]
}

export function fanOutValues(delivering: Delivering): Values {
  const { p50, p99 } = delivering
  return { ...costValues(delivering), p50, p99 }
}

export function costValues({ deliveriesPerCpuSecond, coreShare }: Delivering): Values {
  return { deliveries: deliveriesPerCpuSecond / 1e3, core: coreShare * 100 }
}
