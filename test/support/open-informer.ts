import { CONFIG_MAP, type ConfigMap } from '../../src/controller/objects/children.ts'
import { formatKey } from '../../src/controller/objects/metadata.ts'
import { Informer, type InformerOptions } from '../../src/controller/runtime/informer.ts'
import { MemoryCluster } from './cluster/memory-cluster.ts'
import { ManualClock } from './manual-clock.ts'

export const SILENT_INFORMER = {
  listed: () => {},
  listOrWatchFailed: () => {},
  handlerFailed: () => {},
}

/** An informer of the ConfigMaps of a namespace, and what it told. */
export function openInformer(options: Partial<InformerOptions<ConfigMap>> = {}): {
  informer: Informer<ConfigMap>
  cluster: MemoryCluster
  clock: ManualClock
  told: string[]
  failures: unknown[]
} {
  const cluster = new MemoryCluster()
  const clock = new ManualClock()
  const told: string[] = []
  const failures: unknown[] = []
  const informer = new Informer({
    cluster,
    kind: CONFIG_MAP,
    selection: { namespace: 'fleet' },
    onChange: (changed) => told.push(formatKey(changed)),
    observer: { ...SILENT_INFORMER, listOrWatchFailed: (_kind, error) => failures.push(error) },
    clock,
    ...options,
  })
  return { informer, cluster, clock, told, failures }
}

export function writeConfigMap(
  cluster: MemoryCluster,
  name: string,
  value: string,
  namespace = 'fleet',
): ConfigMap {
  return cluster.put(CONFIG_MAP, { metadata: { namespace, name }, data: { value } })
}

/** The values of the copy, by name. */
export function contentsOf(informer: Informer<ConfigMap>): Record<string, string | undefined> {
  return Object.fromEntries(
    informer.list().map(({ metadata, data }) => [metadata.name, data?.['value']]),
  )
}
