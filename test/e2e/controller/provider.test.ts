import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { FleetNamespace } from './fleet-namespace.ts'

/** More than the bounds of the fleet ask for, so that a number which falls back to one of them would show. */
const PODS = 7

test('an autoscaler comes and goes with its provider, and the number of pods stays', async () => {
  await using space = await FleetNamespace.open('runnel-e2e-provider')
  const account = await space.account({ name: 'controller' })
  await space.control(account)
  await space.createDeployment('web', PODS)
  await space.createFleet('web', { scaling: { provider: 'None' } })
  await space.reason('web', 'Ready', 'AsSpecified')
  const deployment = space.path('deployments', 'web')
  const { metadata } = await space.api.get(deployment)
  const autoscaler = space.path('horizontalpodautoscalers', 'web')
  const setProvider = async (provider: string) =>
    space.api.patch(space.path('streamcapacities', 'web'), { spec: { scaling: { provider } } })

  await setProvider('CustomMetrics')
  await eventually(async () => {
    // Its controller has taken it up.
    expect(await space.api.get(autoscaler)).toMatchObject({ status: { currentReplicas: PODS } })
  })
  for (const provider of ['Direct', 'CustomMetrics', 'None']) {
    await setProvider(provider)
    await eventually(async () => {
      const isThere = await space.api.get(autoscaler).then(
        () => true,
        () => false,
      )
      expect(isThere).toBe(provider === 'CustomMetrics')
      const { status } = await space.fleet('web')
      expect(status).toMatchObject({ provider, replicas: PODS })
    })
  }

  // Each change of the spec of a Deployment counts, also one that was taken back.
  const after = await space.api.get(deployment)
  expect(after.metadata.generation).toBe(metadata.generation)
})
