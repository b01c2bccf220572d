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
  const iterator = events[Symbol.asyncIterator]()
  let next = iterator.next()
  for (;;) {
    const first = await next
    if (first.done === true) return
    if (random() < 0.1) throw clusterError('expired', 'too old resource version')
    next = iterator.next()
    const batch = [first.value]
    if (random() < 0.4) {
      // An event is late, and comes after the one that follows it.
      const second = await Promise.race([next, setImmediate(undefined)])
      if (second !== undefined && second.done !== true) {
        batch.unshift(second.value)
        next = iterator.next()
      }
    }
    for (const event of batch) {
      yield event
      if (random() < 0.3) yield event
    }
  }
}
