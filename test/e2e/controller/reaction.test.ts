import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { AUDIT_LOG } from '../environment.ts'
import { FleetNamespace } from './fleet-namespace.ts'
import { requestsBy } from './fleet-writes.ts'

const TARGET = 750

/** Within the pace of growth, so that each step is carried out at once. */
const STEPS = [3, 4, 5, 6]

test.skipIf(AUDIT_LOG === undefined)('new streams become pods', async () => {
  await using space = await FleetNamespace.open('runnel-e2e-reaction')
  const account = await space.account({ name: 'controller' })
  await space.control(account)
  await space.createDeployment('web', 2)
  await space.createFleet('web', {
    subscribersPerPod: { target: TARGET, limit: 1_500 },
    scaling: { provider: 'Direct' },
    // All streams are those of one pod.
    rebalance: { enabled: false },
  })
  await space.reason('web', 'Ready', 'AsSpecified')
  const [first = ''] = await space.kubelet.pods()

  for (const replicas of STEPS) {
    const cameAt = Date.now()
    space.kubelet.setStreams(first, replicas * TARGET)
    const askedAt = await eventually(() => {
      const time = space.kubelet.askedAt.get(first) ?? 0
      if (time < cameAt) throw new Error('expected the pod to be asked')
      return time
    })
    const path = space.path('deployments', 'web')
    const writtenAt = await eventually(async () => {
      const deployment = await space.api.get<{ readonly spec: object }>(path)
      expect(deployment.spec).toMatchObject({ replicas })
      return Date.now()
    })
    const scales = (await requestsBy(account)).filter(
      ({ resource }) => resource === 'deployments/scale',
    )
    expect(scales).toHaveLength(STEPS.indexOf(replicas) + 1)
    const sentAt = scales.at(-1)?.receivedAt ?? Number.NaN
    const parts = [
      `${askedAt - cameAt} ms until the pod is asked`,
      `${(sentAt - askedAt).toFixed(0)} ms until the new number is sent`,
      `${(writtenAt - sentAt).toFixed(0)} ms until others read it`,
    ]
    console.log(`to ${replicas} pods in ${writtenAt - cameAt} ms: ${parts.join(', ')}`)
  }
})
