import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { FleetNamespace, type StoredFleet } from './fleet-namespace.ts'

type KStatus = 'InProgress' | 'Failed' | 'Current'

test('Helm, Argo CD and Flux read of a fleet whether it goes on, fails or is done', async () => {
  await using space = await FleetNamespace.open('runnel-e2e-kstatus')
  const account = await space.account({ name: 'controller' })
  await space.control(account)
  const expectKStatus = async (expected: KStatus) =>
    eventually(async () => {
      expect(kstatusOf(await space.fleet('web'))).toBe(expected)
    })

  await space.createFleet('web', { scaling: { provider: 'Direct' } })
  await expectKStatus('Failed')
  await space.createDeployment('web', 2)
  await expectKStatus('Current')

  // Pods that nobody starts keep the rollout from its end.
  const template = { spec: { template: { metadata: { labels: { 'fake-kubelet': null } } } } }
  await space.api.patch(space.path('deployments', 'web'), template)
  await expectKStatus('InProgress')
  const started = { spec: { template: { metadata: { labels: { 'fake-kubelet': 'yes' } } } } }
  await space.api.patch(space.path('deployments', 'web'), started)
  await expectKStatus('Current')

  const { status, metadata } = await space.fleet('web')
  const generations = status?.conditions?.map(({ observedGeneration }) => observedGeneration)
  expect(new Set(generations)).toEqual(new Set([metadata.generation]))
})

/** What kstatus, the library of those tools, makes of the conditions of a custom resource. */
function kstatusOf({ metadata, status }: StoredFleet): KStatus | undefined {
  const statusOf = (name: string) => status?.conditions?.find(({ type }) => type === name)?.status
  if (status?.observedGeneration === undefined) return undefined
  if (status.observedGeneration !== metadata.generation) return 'InProgress'
  if (statusOf('Stalled') === 'True') return 'Failed'
  if (statusOf('Reconciling') === 'True') return 'InProgress'
  return statusOf('Ready') === 'True' ? 'Current' : 'InProgress'
}
