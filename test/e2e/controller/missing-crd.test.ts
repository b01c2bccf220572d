import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { FleetNamespace } from './fleet-namespace.ts'
import { HiddenGroup } from './hidden-group.ts'
import { patiently } from '../patiently.ts'

/** In ms. */
const WINDOW = 30_000

/** Requests in the window, where each retry waits longer than the one before. */
const MOST_REQUESTS = 30

const MISSING =
  /streamcapacities\.runnel\.dev.*the API server does not serve this; is the CRD installed\?/

test('without the CRD the controller says so, asks seldom, and begins when it is installed', async () => {
  await using space = await FleetNamespace.open('runnel-e2e-missing-crd')
  await using group = await HiddenGroup.start(space.api.url, 'runnel.dev')
  const account = await space.account({ name: 'controller', server: group.url })
  await space.createDeployment('web', 2)
  await space.createFleet('web', { scaling: { provider: 'Direct' } })
  const control = await space.control(account)
  const requests = async () =>
    control.metric('runnel_controller_api_requests_total', 'resource="streamcapacities"')

  await eventually(async () => {
    expect(await control.read('/readyz')).toMatch(MISSING)
  })
  await eventually(() => {
    expect(control.hasLogged(MISSING)).toBe(true)
  })
  const before = await requests()
  await setTimeout(WINDOW)
  expect((await requests()) - before).toBeLessThan(MOST_REQUESTS)

  group.isHidden = false
  await patiently(async () => {
    const { conditions = [] } = (await space.fleet('web')).status ?? {}
    expect(conditions.map(({ reason }) => reason)).toContain('AsSpecified')
    expect(await control.read('/readyz')).toMatch(/^200/)
  })

  // Where a watch ends within a second, it is a part of the same trouble, and the pause is longer.
  await setTimeout(2_000)
  // The fleet stays as it is while the CRD is away, and is followed again when it is back.
  const linesBefore = control.lines.length
  group.isHidden = true
  await eventually(() => {
    expect(control.hasLogged(MISSING, linesBefore)).toBe(true)
  })
  await space.api.patch(space.path('streamcapacities', 'web'), {
    spec: { scaling: { minReplicas: 3 } },
  })
  group.isHidden = false
  await patiently(async () => {
    expect((await space.fleet('web')).status).toMatchObject({ replicas: 3, readyReplicas: 3 })
  })
  expect(control.child.exitCode).toBeNull()
})
