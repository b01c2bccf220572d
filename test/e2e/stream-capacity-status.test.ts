import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StreamCapacityStatus } from '../../src/schema/stream-capacity.ts'
import { StreamCapacities, streamCapacity } from './stream-capacities.ts'

const STATUS: StreamCapacityStatus = {
  observedGeneration: 1,
  subscribers: 2310,
  capacity: 4500,
  provider: 'CustomMetrics',
  replicas: 4,
  readyReplicas: 3,
  pods: [
    { name: 'runnel-a', subscribers: 770, limit: 1500, ready: true, draining: false },
    { name: 'runnel-b', subscribers: 0, limit: 1500, ready: false, draining: true, silent: true },
  ],
  conditions: [
    {
      type: 'Ready',
      status: 'False',
      reason: 'PodsNotReady',
      message: 'One of 4 pods is not ready.',
      observedGeneration: 1,
      lastTransitionTime: '2026-11-26T12:00:00Z',
    },
  ],
}

let cluster: StreamCapacities

beforeAll(async () => {
  cluster = await StreamCapacities.open('runnel-e2e-status')
})

afterAll(async () => {
  await cluster[Symbol.asyncDispose]()
})

test('kubectl get prints the state of a fleet', async () => {
  await cluster.apply(streamCapacity('printed', {}))
  await cluster.apply({ ...streamCapacity('printed', {}), status: STATUS }, '--subresource=status')

  const table = rowsOf(await cluster.kubectl('get', 'scap', 'printed'))
  expect(table).toEqual([
    ['NAME', 'TARGET', 'SUBSCRIBERS', 'CAPACITY', 'PODS', 'READY', 'REASON', 'AGE'],
    ['printed', 'runnel', '2310', '4500', '4', 'False', 'PodsNotReady', expect.any(String)],
  ])
  const wide = rowsOf(await cluster.kubectl('get', 'scap', 'printed', '--output=wide'))
  expect(wide[0]?.slice(7)).toEqual(['PROVIDER', 'READY PODS', 'MIN', 'MAX', 'MESSAGE', 'AGE'])
  expect(wide[1]?.slice(7, -1)).toEqual([
    'CustomMetrics',
    '3',
    '2',
    '20',
    'One of 4 pods is not ready.',
  ])
  console.log(await cluster.kubectl('get', 'runnel'))
})

test('the category finds objects by the name of the product', async () => {
  await cluster.apply(streamCapacity('found', {}))

  const names = await cluster.kubectl('get', 'runnel', '--output=name')
  expect(names.split('\n')).toContain('streamcapacity.runnel.dev/found')
})

test('whoever writes the spec cannot write the status, and the reverse', async () => {
  await cluster.create({ ...streamCapacity('apart', {}), status: STATUS })
  expect(await get('apart')).toMatchObject({ status: undefined, metadata: { generation: 1 } })

  await patch('apart', { spec: { drain: { window: '1m' } }, status: { subscribers: 1 } })
  expect(await get('apart')).toMatchObject({
    spec: { drain: { window: '1m' } },
    status: undefined,
    metadata: { generation: 2 },
  })

  const both = { spec: { drain: { window: '2m' } }, status: { subscribers: 2 } }
  await patch('apart', both, '--subresource=status')
  expect(await get('apart')).toMatchObject({
    spec: { drain: { window: '1m' } },
    status: { subscribers: 2 },
    metadata: { generation: 2 },
  })
})

test('a condition without a reason is refused', async () => {
  await cluster.create(streamCapacity('conditions', {}))
  const [{ reason: _, ...condition } = {}] = STATUS.conditions ?? []

  const writing = patch(
    'conditions',
    { status: { conditions: [condition] } },
    '--subresource=status',
  )

  await expect(writing).rejects.toThrow(/status\.conditions\[0\]\.reason: Required value/)
})

test('two writers each own a condition', async () => {
  await cluster.create(streamCapacity('shared', {}))
  for (const type of ['Ready', 'Audited']) {
    const conditions = STATUS.conditions?.map((condition) => ({ ...condition, type }))
    const { spec: _, ...object } = streamCapacity('shared', {})
    const manager = `--field-manager=${type}`
    await cluster.apply({ ...object, status: { conditions } }, '--subresource=status', manager)
  }

  const { status } = await get('shared')
  expect(status?.conditions?.map(({ type }) => type)).toEqual(['Ready', 'Audited'])
})

interface Stored {
  readonly spec: unknown
  readonly status: StreamCapacityStatus | undefined
  readonly metadata: { readonly generation: number }
}

async function get(name: string): Promise<Stored> {
  const { spec, status, metadata } = JSON.parse(
    await cluster.kubectl('get', 'scap', name, '--output=json'),
  ) as Stored
  return { spec, status, metadata }
}

async function patch(name: string, change: object, ...args: readonly string[]): Promise<void> {
  const flags = ['--type=merge', `--patch=${JSON.stringify(change)}`, ...args]
  await cluster.kubectl('patch', 'scap', name, ...flags)
}

/** kubectl parts columns by three spaces. */
function rowsOf(table: string): readonly (readonly string[])[] {
  return table.split('\n').map((line) => line.split(/ {3,}/))
}
