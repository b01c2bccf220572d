import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomId } from '../../../lib/random-id.ts'
import { LEASE, type Lease } from '../../objects/lease.ts'
import { STREAM_CAPACITY } from '../../objects/stream-capacity.ts'
import type { Cluster, Selection, WatchEvent } from '../cluster.ts'
import { WatchRecorder } from './watch-recorder.suite.ts'
import { lease, read, versionOf, type OpenCluster } from './helpers.suite.ts'

type ObjectEvent = Exclude<WatchEvent<Lease>, { type: 'bookmark' }>

/** What becomes of one of three Leases. */
const step = fc.record({ index: fc.nat(2), tier: fc.constantFrom('a', 'a', 'b', undefined) })

export function testWatches(open: OpenCluster): void {
  test('promises 3 and 4: a watch yields what changes for its selection, from any version it has seen', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const namespace = namespaces[0]
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const run = randomId(8).toLowerCase()
        const { resourceVersion } = await cluster.list(LEASE, { namespace })
        const history = await changeLeases(cluster, { namespace, run }, steps)

        for (const tiers of [['a'], ['a', 'b'], ['b']]) {
          const labelSelector = `run=${run},tier in (${tiers.join(',')},end)`
          const selection = { namespace, labelSelector }
          const events = await watchToEnd(cluster, selection, resourceVersion)
          const expected = expectedEvents(history, [...tiers, 'end'])
          expect(events.map(formatEvent)).toEqual(expected)

          // From the version of each event, all later ones come again and no other.
          for (const [index, event] of events.slice(0, -1).entries()) {
            const rest = await watchToEnd(cluster, selection, versionOf(event.object))
            expect(rest.map(formatEvent)).toEqual(expected.slice(index + 1))
          }
        }
      }),
      // No shrinking: each run is hundreds of round trips.
      { numRuns: 8, endOnFailure: true },
    )
  })

  test('promise 3: changes reach a watch that is open', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const key = { namespace: namespaces[0], name: 'leader' }
    const { resourceVersion } = await cluster.list(LEASE, { namespace: key.namespace })
    await using recorder = new WatchRecorder(cluster, LEASE, key, resourceVersion)
    const created = await cluster.create(LEASE, lease(key, 'a'))
    await recorder.waitFor(1)
    const replaced = await cluster.replace(LEASE, {
      ...lease(key, 'b'),
      metadata: created.metadata,
    })
    await recorder.waitFor(2)
    await cluster.delete(LEASE, key)
    await recorder.waitFor(3)
    expect(recorder.events.slice(0, 2)).toEqual([
      { type: 'added', object: created },
      { type: 'modified', object: replaced },
    ])
    expect(recorder.events[2]).toMatchObject({
      type: 'deleted',
      object: { metadata: { name: 'leader', uid: created.metadata.uid } },
    })
  })

  test('promises 2 and 3: a watch from a list yields what came after its moment, not what is in it', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const namespace = namespaces[0]
    for (const name of ['one', 'two', 'three']) {
      await cluster.create(LEASE, lease({ namespace, name }, 'a'))
    }
    const first = await cluster.list(LEASE, { namespace }, { limit: 1 })
    await cluster.create(LEASE, lease({ namespace, name: 'four' }, 'a'))
    const next = await cluster.list(
      LEASE,
      { namespace },
      { limit: 1, continueToken: first.continueToken },
    )
    await using recorder = new WatchRecorder(cluster, LEASE, { namespace }, next.resourceVersion)
    await cluster.create(LEASE, lease({ namespace, name: 'five' }, 'a'))
    await recorder.waitFor(2)
    expect(recorder.events.map(formatEvent)).toEqual(['added four a', 'added five a'])
  })

  test('promise 3: a watch sees its namespace, or all', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const labelSelector = `tier=${namespaces[0]}`
    const { resourceVersion } = await cluster.list(LEASE, { labelSelector })
    const second = { labelSelector, namespace: namespaces[1] }
    await using inSecond = new WatchRecorder(cluster, LEASE, second, resourceVersion)
    await using inAll = new WatchRecorder(cluster, LEASE, { labelSelector }, resourceVersion)
    for (const namespace of namespaces) {
      await cluster.create(LEASE, lease({ namespace, name: `in-${namespace}` }, 'a', namespaces[0]))
    }
    await inAll.waitFor(2)
    await inSecond.waitFor(1)
    expect(inAll.names).toEqual(namespaces.map((namespace) => `in-${namespace}`))
    expect(inSecond.names).toEqual([`in-${namespaces[1]}`])
  })

  test('promise 4: a field that is selected by makes objects come and go as well', async ({
    skip,
  }) => {
    await using under = await open()
    const { cluster, namespaces } = under
    if (!(await cluster.serves(STREAM_CAPACITY))) skip('the API server has no such kind')
    const key = { namespace: namespaces[0], name: 'fleet' }
    const selection = { namespace: key.namespace, fieldSelector: 'spec.targetRef.name=pods' }
    const { resourceVersion } = await cluster.list(STREAM_CAPACITY, selection)
    await using recorder = new WatchRecorder(cluster, STREAM_CAPACITY, selection, resourceVersion)
    for (const name of ['others', 'pods', 'others', 'pods']) {
      const manifest = { metadata: key, spec: { targetRef: { name } } }
      await cluster.apply(STREAM_CAPACITY, manifest, { fieldManager: 'suite' })
    }
    await recorder.waitFor(3)
    expect(recorder.events.map(({ type }) => type)).toEqual(['added', 'deleted', 'added'])
  })

  test('promise 3: a watch from a version that is too old rejects with `expired`', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const resourceVersion = await under.expiredVersion()
    const signal = AbortSignal.timeout(30_000)
    const watching = async (): Promise<void> => {
      const selection = { namespace: namespaces[0] }
      for await (const event of cluster.watch(LEASE, selection, { resourceVersion, signal })) {
        expect(event).toBeUndefined()
      }
    }
    await expect(watching()).rejects.toMatchObject({ name: 'ClusterError', reason: 'expired' })
  })

  test('promise 3: a signal ends a watch, whether it waits or has not begun', async () => {
    await using under = await open()
    const { cluster, namespaces } = under
    const namespace = namespaces[0]
    const { resourceVersion } = await cluster.list(LEASE, { namespace })
    await cluster.create(LEASE, lease({ namespace, name: 'one' }, 'a'))
    const controller = new AbortController()
    const { signal } = controller
    const watch = cluster.watch(LEASE, { namespace }, { resourceVersion, signal })
    const iterator = watch[Symbol.asyncIterator]()
    expect(await iterator.next()).toMatchObject({ value: { type: 'added' } })
    const waiting = iterator.next()
    controller.abort()
    expect(await waiting).toMatchObject({ done: true })

    const ended = cluster.watch(LEASE, { namespace }, { resourceVersion, signal })
    for await (const event of ended) expect(event).toBeUndefined()
  })
}

interface Change {
  readonly name: string
  readonly holder: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** Carries the steps out on Leases that no other run has, and ends with a Lease of the tier `end`. */
async function changeLeases(
  cluster: Cluster,
  { namespace, run }: { readonly namespace: string; readonly run: string },
  steps: readonly { readonly index: number; readonly tier: string | undefined }[],
): Promise<readonly Change[]> {
  const tiers = new Map<string, string>()
  const history: Change[] = []
  for (const [number, { index, tier }] of [...steps, { index: 9, tier: 'end' }].entries()) {
    const key = { namespace, name: `${run}-${index}` }
    const before = tiers.get(key.name)
    const holder = String(number)
    const metadata = { ...key, labels: { run, tier: tier ?? 'none' } }
    const spec = { holderIdentity: holder }
    if (tier === undefined) {
      await cluster.delete(LEASE, key)
      tiers.delete(key.name)
    } else if (before === undefined) {
      await cluster.create(LEASE, { metadata, spec })
      tiers.set(key.name, tier)
    } else {
      const { resourceVersion } = (await read(cluster, LEASE, key)).metadata
      await cluster.replace(LEASE, { metadata: { ...metadata, resourceVersion }, spec })
      tiers.set(key.name, tier)
    }
    history.push({ name: key.name, holder, before, after: tier })
  }
  return history
}

function expectedEvents(history: readonly Change[], selected: readonly string[]): string[] {
  const isSelected = (tier: string | undefined): boolean =>
    tier !== undefined && selected.includes(tier)
  return history.flatMap(({ name, holder, before, after }) => {
    if (isSelected(after)) return [`${isSelected(before) ? 'modified' : 'added'} ${name} ${holder}`]
    return isSelected(before) ? [`deleted ${name}`] : []
  })
}

function formatEvent({ type, object }: ObjectEvent): string {
  const holder = type === 'deleted' ? '' : ` ${object.spec?.holderIdentity}`
  return `${type} ${object.metadata.name}${holder}`
}

async function watchToEnd(
  cluster: Cluster,
  selection: Selection,
  resourceVersion: string,
): Promise<readonly ObjectEvent[]> {
  await using recorder = new WatchRecorder(cluster, LEASE, selection, resourceVersion)
  await recorder.waitUntil(({ object }) => object.metadata.labels?.['tier'] === 'end')
  return recorder.events
}
