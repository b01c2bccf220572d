import { setImmediate } from 'node:timers/promises'
import type { Cluster, WatchEvent } from '../../../src/controller/cluster/cluster.ts'
import type { KubeObject } from '../../../src/controller/objects/metadata.ts'
import { clusterError } from './errors.ts'

/**
 * A cluster whose watches are as bad as may be: events come late, twice, in another order, or never, and then the
 * watch ends with the word that its version is too old. `random` yields numbers from 0 to 1.
 */
export function scrambleWatches(cluster: Cluster, random: () => number): Cluster {
  return new Proxy(cluster, {
    get(target, property) {
      if (property === 'watch') {
        return (...args: Parameters<Cluster['watch']>) => scramble(target.watch(...args), random)
      }
      const value: unknown = Reflect.get(target, property)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

async function* scramble<T extends KubeObject>(
  events: AsyncIterable<WatchEvent<T>>,
  random: () => number,
): AsyncGenerator<WatchEvent<T>> {
  let kept: WatchEvent<T>[] = []
  for await (const event of events) {
    if (random() < 0.1) throw clusterError('expired', 'too old resource version')
    if (random() < 0.3) await setImmediate()
    kept.push(event)
    // An event that is kept back comes after the one that follows it.
    if (random() < 0.4 && kept.length === 1) continue
    for (const each of kept.toReversed()) {
      yield each
      if (random() < 0.3) yield each
    }
    kept = []
  }
}
