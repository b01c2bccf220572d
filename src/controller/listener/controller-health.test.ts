import { expect, test } from 'vitest'
import { clusterError } from '../../../test/support/cluster/errors.ts'
import { POD } from '../objects/workloads.ts'
import type { Copy } from '../registry/cluster-copies.ts'
import { ControllerHealth } from './controller-health.ts'

const MINUTE = 60_000

test('a watch that is dead for minutes fails the liveness, unless the API server answers that it refuses', () => {
  const away = clusterError('unavailable', 'the API server refuses connections')
  const forbidden = clusterError('forbidden', 'RBAC has to allow list on pods')

  expect(livenessOf({ silence: 4 * MINUTE, problem: away })).toEqual([])
  expect(livenessOf({ silence: 6 * MINUTE, problem: away })).toEqual([
    'the API server has not served pods for 360 s: the API server refuses connections',
  ])
  expect(livenessOf({ silence: 6 * MINUTE, problem: undefined })).toEqual([
    'the API server has not served pods for 360 s',
  ])
  expect(livenessOf({ silence: 6 * MINUTE, problem: forbidden })).toEqual([])
})

test('of several copies of a kind the longest silence counts', () => {
  const health = healthOf({ silence: 5 }, { silence: 9 }, { silence: 7 })

  expect(health.silences).toEqual(new Map([['pods', 9]]))
})

test('a replica that has known all once stays ready', () => {
  expect(healthOf({ hasSynced: false }).readinessProblems).toEqual([
    'pods have not been listed yet',
    'it is not known yet whether KEDA is in the cluster: no answer',
  ])
  expect(healthOf({}, { hasSynced: false }).readinessProblems).toHaveLength(2)
  expect(synced({ hasSynced: false }).readinessProblems).toEqual([])
})

test('what the metrics API lacks makes a replica unready', () => {
  const health = new ControllerHealth({
    registry: { allCopies: [], hasSynced: true, keda: { isServed: false, problem: undefined } },
    metricsApi: { problems: ['no certificate'] },
  })

  expect(health.readinessProblems).toEqual(['no certificate'])
})

type CopyParts = Partial<Pick<Copy, 'silence' | 'problem' | 'hasSynced'>>

function livenessOf(parts: CopyParts): readonly string[] {
  return healthOf(parts).livenessProblems
}

function healthOf(...copies: readonly CopyParts[]): ControllerHealth {
  return create(copies, false)
}

function synced(...copies: readonly CopyParts[]): ControllerHealth {
  return create(copies, true)
}

function create(copies: readonly CopyParts[], hasSynced: boolean): ControllerHealth {
  const keda = { isServed: undefined, problem: new Error('no answer') }
  const allCopies = copies.map((parts) => ({
    kind: POD,
    silence: 0,
    problem: undefined,
    hasSynced: true,
    ...parts,
  }))
  return new ControllerHealth({ registry: { allCopies, hasSynced, keda }, metricsApi: undefined })
}
