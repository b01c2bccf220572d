import { expect, test } from 'vitest'
import { SPEC_CASES } from '../../test/support/stream-capacity-cases.ts'
import { checkSpec, streamCapacitySpec } from './stream-capacity.ts'

const targetRef = { name: 'runnel' }

test.for(SPEC_CASES)('a spec with $title', ({ spec, problems }) => {
  const found = checkSpec({ targetRef, ...spec })

  expect(Object.fromEntries(found.map(({ field, message }) => [field, message]))).toEqual(
    Object.fromEntries(
      Object.entries(problems).map(([field, message]) => [field, expect.stringMatching(message)]),
    ),
  )
  expect(found).toHaveLength(Object.keys(problems).length)
})

test('an unknown field is a problem', () => {
  expect(checkSpec({ targetRef, scaling: { replicas: 3 } })).toEqual([
    { field: 'spec.scaling', message: expect.stringContaining('replicas') },
  ])
})

test('an object without a spec is a problem', () => {
  expect(checkSpec(undefined)).toEqual([{ field: 'spec', message: expect.any(String) }])
})

test('a spec with only a target is complete', () => {
  expect(streamCapacitySpec.parse({ targetRef })).toEqual({
    targetRef: { kind: 'Deployment', name: 'runnel' },
    subscribersPerPod: { target: 750, limit: 1500 },
    scaling: {
      provider: 'Auto',
      minReplicas: 2,
      maxReplicas: 20,
      scaleDown: { stabilizationSeconds: 300, maxPercent: 25 },
    },
    connections: { maxAge: '1h', heartbeat: '15s', retry: '3s', perPrincipal: 50 },
    history: { events: 1000, age: '1h' },
    drain: { window: '20s' },
    rebalance: { enabled: true, tolerancePercent: 20, maxPercentPerMinute: 10 },
  })
})
