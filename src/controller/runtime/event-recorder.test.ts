import { expect, test, vi } from 'vitest'
import { MemoryCluster } from '../../../test/support/cluster/memory-cluster.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import { ClusterError } from '../cluster/cluster-error.ts'
import type { Manifest } from '../cluster/cluster.ts'
import { STREAM_CAPACITY, type StreamCapacity } from '../objects/stream-capacity.ts'
import { EventRecorder, type RecordedEvent } from './event-recorder.ts'

const WINDOW = 600_000
const SCALED: RecordedEvent = { type: 'Normal', reason: 'ScaledUp', message: 'from 2 to 3 pods' }

test('an event names its object and who reports it, in the form of the API server', async () => {
  const { recorder, written } = open()
  recorder.record(STREAM_CAPACITY, fleet('runnel'), SCALED)

  expect(written()).toEqual([
    {
      metadata: {
        name: expect.stringMatching(/^runnel\.[0-9a-f]{16}$/) as string,
        namespace: 'fleet',
      },
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string,
      type: 'Normal',
      reason: 'ScaledUp',
      action: 'ScaledUp',
      note: 'from 2 to 3 pods',
      reportingController: 'runnel.dev/controller',
      reportingInstance: 'controller-0',
      regarding: {
        apiVersion: 'runnel.dev/v1alpha1',
        kind: 'StreamCapacity',
        namespace: 'fleet',
        name: 'runnel',
        uid: 'uid of runnel',
        resourceVersion: '7',
      },
    },
  ])
})

test('the same is said once in a window, of each object', async () => {
  const { recorder, clock, written } = open()
  for (let second = 0; second < 599; second++) {
    recorder.record(STREAM_CAPACITY, fleet('runnel'), SCALED)
    recorder.record(STREAM_CAPACITY, fleet('other'), SCALED)
    await clock.advance(1_000)
  }
  expect(written()).toHaveLength(2)

  recorder.record(STREAM_CAPACITY, fleet('runnel'), { ...SCALED, message: 'from 3 to 4 pods' })
  recorder.record(STREAM_CAPACITY, fleet('runnel'), { ...SCALED, reason: 'Shed' })
  expect(written()).toHaveLength(4)

  await clock.advance(WINDOW)
  recorder.record(STREAM_CAPACITY, fleet('runnel'), SCALED)
  expect(written()).toHaveLength(5)
})

test('a flood of different events costs few writes, and other objects none of theirs', async () => {
  const { recorder, clock, written } = open()
  for (let count = 0; count < 1_000; count++) {
    recorder.record(STREAM_CAPACITY, fleet('noisy'), { ...SCALED, message: `${count}` })
  }
  expect(written()).toHaveLength(25)
  recorder.record(STREAM_CAPACITY, fleet('quiet'), SCALED)
  expect(written()).toHaveLength(26)

  await clock.advance(300_000)
  for (let count = 0; count < 1_000; count++) {
    recorder.record(STREAM_CAPACITY, fleet('noisy'), { ...SCALED, message: `again ${count}` })
  }
  expect(written()).toHaveLength(27)
})

test('a limit that was reached outlasts the window', async () => {
  const { recorder, clock, written } = open()
  for (let round = 0; round < 10; round++) {
    for (let count = 0; count < 100; count++) {
      recorder.record(STREAM_CAPACITY, fleet('noisy'), { ...SCALED, message: `${count}` })
    }
    await clock.advance(WINDOW)
  }

  // One in five minutes, after the first burst.
  expect(written()).toHaveLength(25 + 9 * 2)
})

test('a failure reaches the observer and not the caller, and the same may be said again', async () => {
  const failures: unknown[] = []
  const { recorder, cluster, clock, written } = open(failures)
  const error = new ClusterError('forbidden', 'events may not be created')
  cluster.requests.fail({ verb: 'create', error })

  recorder.record(STREAM_CAPACITY, fleet('runnel'), SCALED)
  await clock.advance(0)
  expect(failures).toEqual([error])

  recorder.record(STREAM_CAPACITY, fleet('runnel'), SCALED)
  await clock.advance(0)
  expect(failures).toEqual([error])
  expect(written()).toHaveLength(2)
})

test('what is too long is cut to what the API server takes', async () => {
  const { recorder, cluster, clock } = open()
  const name = `${'n'.repeat(229)}-${'n'.repeat(23)}`
  const create = vi.spyOn(cluster, 'create')
  recorder.record(STREAM_CAPACITY, fleet(name), {
    type: 'Warning',
    reason: 'R'.repeat(200),
    message: 'ü'.repeat(2_000),
  })
  await clock.advance(0)

  const event = create.mock.calls[0]?.[1]
  expect(event?.metadata.name).toMatch(/^n{229}\.[0-9a-f]{16}$/)
  expect(event?.['reason']).toHaveLength(128)
  expect(event?.['action']).toHaveLength(128)
  const note = String(event?.['note'])
  expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1_024)
  expect(Buffer.byteLength(note)).toBeGreaterThan(1_020)
  expect(note).toMatch(/^ü+…$/)
})

test('an event about an object without a namespace goes to the default one', () => {
  const { recorder, written } = open()
  const object: StreamCapacity = { metadata: { name: 'v1beta2.custom.metrics.k8s.io' } }
  recorder.record({ ...STREAM_CAPACITY, isNamespaced: false }, object, SCALED)
  expect(written()[0]?.metadata.namespace).toBe('default')
})

function open(failures: unknown[] = []): {
  recorder: EventRecorder
  cluster: MemoryCluster
  clock: ManualClock
  written: () => (Manifest | undefined)[]
} {
  const cluster = new MemoryCluster()
  const clock = new ManualClock()
  const recorder = new EventRecorder({
    cluster,
    controller: 'runnel.dev/controller',
    instance: 'controller-0',
    observer: { eventFailed: (error) => failures.push(error) },
    clock,
  })
  const written = () => cluster.requests.writes.map(({ manifest }) => manifest)
  return { recorder, cluster, clock, written }
}

function fleet(name: string): StreamCapacity {
  return {
    metadata: { namespace: 'fleet', name, uid: `uid of ${name}`, resourceVersion: '7' },
  }
}
