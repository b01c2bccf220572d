import { expect, test } from 'vitest'
import { makePod } from '../../../test/support/cluster/pods.ts'
import type { Pod } from '../objects/workloads.ts'
import { describePod } from './describe-pod.ts'
import { adminPort, adminUrl, runningContainer } from './server-container.ts'

test('a pod is described as the API server shows it', () => {
  const pod = makePod({
    name: 'a',
    isReady: false,
    isTerminating: true,
    annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-7' },
  })
  expect(describePod(pod, undefined)).toMatchObject({
    name: 'a',
    uid: pod.metadata.uid,
    phase: 'Running',
    isReady: false,
    isTerminating: true,
    isRunning: true,
    deletionCost: -7,
  })
})

test.for([
  ['0', 0],
  ['2147483647', 2_147_483_647],
  [undefined, undefined],
  ['', undefined],
  ['+1', undefined],
  ['01', undefined],
  ['1.5', undefined],
  ['many', undefined],
] as const)('the deletion cost %j is %s', ([written, cost]) => {
  const annotations =
    written === undefined ? {} : { 'controller.kubernetes.io/pod-deletion-cost': written }
  expect(describePod(makePod({ annotations }), undefined).deletionCost).toBe(cost)
})

test.for([
  ['a container that waits', makePod({ container: null })],
  ['a pod that has failed', makePod({ phase: 'Failed' })],
  ['a pod that has succeeded', makePod({ phase: 'Succeeded' })],
  ['a pod without status', { metadata: { name: 'a', uid: 'a' } }],
] satisfies [string, Pod][])('%s holds no streams and is not silent', ([, pod]) => {
  const container = runningContainer(pod)
  const observation = {
    container,
    snapshot: { subscribers: 5, limit: 10, isDraining: false },
    isHeard: true,
    polls: 9,
    misses: 5,
    sawStart: false,
    failure: { reason: 'refused', detail: '' },
  } as const
  expect(describePod(pod, observation)).toMatchObject({
    isRunning: false,
    snapshot: undefined,
    silence: undefined,
  })
})

test('the container with the admin port holds the streams, whatever stands before it', () => {
  const pod = makePod({ port: 7_000, container: 'containerd://server' })
  const withProxy: Pod = {
    ...pod,
    spec: {
      containers: [{ name: 'mesh', ports: [{ containerPort: 15_090 }] }, ...pod.spec!.containers!],
    },
    status: {
      ...pod.status,
      containerStatuses: [
        { name: 'mesh', containerID: 'containerd://mesh', state: { running: {} } },
        ...pod.status!.containerStatuses!,
      ],
    },
  }
  expect(runningContainer(withProxy)).toBe('containerd://server')
  expect(adminPort(withProxy)).toBe(7_000)
})

test.for([
  ['10.0.0.7', 'http://10.0.0.7:9090/snapshot'],
  ['fd00::7', 'http://[fd00::7]:9090/snapshot'],
  ['', undefined],
] as const)('the admin listener of a pod at %j is at %s', ([podIP, expected]) => {
  const pod: Pod = { metadata: { name: 'a' }, status: { podIP } }
  expect(adminUrl(pod, '/snapshot')?.href).toBe(expected)
})
