/** Watches that lose, repeat and reorder events: what is reconciled ends as if they had not. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryCluster } from '../../../test/support/cluster/memory-cluster.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import type { Kind } from '../objects/kind.ts'
import type { Selection, WatchEvent, WatchRequest } from '../cluster/cluster.ts'
import { CONFIG_MAP, type ConfigMap } from '../objects/children.ts'
import { formatKey, type KubeObject } from '../objects/metadata.ts'
import { Informer } from './informer.ts'
import { WorkQueue } from './work-queue.ts'

type Fate = 'passes' | 'is lost' | 'comes twice' | 'comes late'

/** A list is due at the latest after so many ms. */
const LIST_INTERVAL = 660_000

const change = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  deletes: fc.boolean(),
  pause: fc.constantFrom(0, 0, 0, 200, 5_000),
  happens: fc.constantFrom('nothing', 'nothing', 'nothing', 'ends', 'compacts', 'bookmarks'),
})

test('dropped, repeated and reordered events end in the state of a clean run', async () => {
  const fates = fc.constantFrom<Fate>('passes', 'passes', 'is lost', 'comes twice', 'comes late')
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 60 }),
      fc.infiniteStream(fates),
      async (changes, stream) => {
        const clock = new ManualClock()
        const cluster = new UnreliableWatches(() => stream.next().value)
        const { reconciled } = reconcile(cluster, clock)
        await run(changes, cluster, clock)
        await clock.advance(LIST_INTERVAL)
        expect(reconciled).toEqual(await contents(cluster))
      },
    ),
    { numRuns: 100, endOnFailure: true },
  )
})

test('repeated and reordered events alone need no list to come right', async () => {
  const fates = fc.constantFrom<Fate>('passes', 'comes twice', 'comes late')
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 60 }),
      fc.infiniteStream(fates),
      async (changes, stream) => {
        const clock = new ManualClock()
        const cluster = new UnreliableWatches(() => stream.next().value)
        const { reconciled } = reconcile(cluster, clock)
        await run(
          changes.map((step) => ({ ...step, happens: 'nothing' })),
          cluster,
          clock,
        )
        cluster.put(CONFIG_MAP, { metadata: { namespace: 'fleet', name: 'last' } })
        cluster.put(CONFIG_MAP, { metadata: { namespace: 'fleet', name: 'late' } })
        await clock.advance(1_000)
        cluster.flush()
        await clock.advance(1_000)

        const lists = cluster.requests.all.filter(({ verb }) => verb === 'list')
        expect(lists).toHaveLength(1)
        expect(reconciled).toEqual(await contents(cluster))
      },
    ),
    { numRuns: 100, endOnFailure: true },
  )
})

test('nothing is reconciled before the copy is complete', async () => {
  const clock = new ManualClock()
  const cluster = new MemoryCluster()
  write(cluster, 'a', '1')
  const { promise, resolve } = Promise.withResolvers<void>()
  clock.after(5_000, resolve)
  const list = cluster.list.bind(cluster)
  cluster.list = async (...request) => {
    await promise
    return list(...request)
  }
  const { reconciled, queue } = reconcile(cluster, clock)
  queue.add('fleet/a')

  await clock.advance(4_999)
  expect(reconciled).toEqual({})
  expect(queue.depth).toBe(1)
  await clock.advance(1)
  expect(reconciled).toEqual({ 'fleet/a': '1' })
})

/** A reconciler as they all are: it gets a key, reads the copy, and brings something else into line with it. */
function reconcile(
  cluster: MemoryCluster,
  clock: ManualClock,
): { reconciled: Record<string, string>; queue: WorkQueue } {
  const reconciled: Record<string, string> = {}
  const queue: WorkQueue = new WorkQueue({
    work: async (key) => {
      const found = informer.list().find(({ metadata }) => formatKey(metadata) === key)
      if (found === undefined) delete reconciled[key]
      else reconciled[key] = found.data?.['value'] ?? ''
    },
    observer: { enqueued: () => {}, worked: () => {}, retrying: () => {} },
    rate: { burst: 1_000, perSecond: 1_000 },
    clock,
  })
  const informer: Informer<ConfigMap> = new Informer({
    cluster,
    kind: CONFIG_MAP,
    selection: { namespace: 'fleet' },
    onChange: (key) => {
      queue.add(formatKey(key))
    },
    observer: { listed: () => {}, listOrWatchFailed: () => {}, handlerFailed: () => {} },
    clock,
  })
  informer.start()
  void startWhenSynced(informer, queue)
  return { reconciled, queue }
}

async function startWhenSynced({ synced }: Informer<ConfigMap>, queue: WorkQueue): Promise<void> {
  if (await synced) queue.start()
}

async function run(
  changes: readonly { name: string; deletes: boolean; pause: number; happens: string }[],
  cluster: MemoryCluster,
  clock: ManualClock,
): Promise<void> {
  await clock.advance(0)
  for (const [index, { name, deletes, pause, happens }] of changes.entries()) {
    if (deletes) await cluster.delete(CONFIG_MAP, { namespace: 'fleet', name })
    else write(cluster, name, `${index}`)
    if (happens === 'ends') cluster.watches.end()
    if (happens === 'compacts') cluster.compact()
    if (happens === 'bookmarks') cluster.watches.sendBookmarks()
    if (pause > 0) await clock.advance(pause)
  }
}

/** A cluster whose watches do to each event what they are told. */
class UnreliableWatches extends MemoryCluster {
  readonly #nextFate: () => Fate
  #isFlushed = false

  constructor(nextFate: () => Fate) {
    super()
    this.#nextFate = nextFate
  }

  /** From here on events pass. The next one brings along what is late. */
  flush(): void {
    this.#isFlushed = true
    this.watches.sendBookmarks()
  }

  override async *watch<T extends KubeObject>(
    kind: Kind<T>,
    selection: Selection,
    request: WatchRequest,
  ): AsyncGenerator<WatchEvent<T>> {
    const late: WatchEvent<T>[] = []
    for await (const event of super.watch(kind, selection, request)) {
      const fate = this.#isFlushed ? 'passes' : this.#nextFate()
      if (fate === 'comes late') {
        late.push(event)
        continue
      }
      if (fate !== 'is lost') yield event
      if (fate === 'comes twice') yield event
      yield* late.splice(0).toReversed()
    }
  }
}

function write(cluster: MemoryCluster, name: string, value: string): void {
  cluster.put(CONFIG_MAP, { metadata: { namespace: 'fleet', name }, data: { value } })
}

async function contents(cluster: MemoryCluster): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const name of ['a', 'b', 'c', 'd', 'last', 'late']) {
    const object = await cluster.get(CONFIG_MAP, { namespace: 'fleet', name })
    if (object !== undefined) found[`fleet/${name}`] = object.data?.['value'] ?? ''
  }
  return found
}
