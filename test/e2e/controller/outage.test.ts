import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FaultProxy } from '../../support/proxies/fault-proxy.ts'
import { ETCD } from '../environment.ts'
import type { ControlProcess } from './control-process.ts'
import { apiServer } from './controller-account.ts'
import { compactEtcd } from './etcd.ts'
import { FleetNamespace } from './fleet-namespace.ts'
import { kubectl } from '../../../rig/release/kubectl.ts'
import { patiently } from '../patiently.ts'

/** In ms. */
const MINUTE = 60_000

/**
 * In ms. The API server keeps the changes of the last 75 s of each kind for watches that come back, and more while
 * they are few.
 */
const KEPT_BY_API_SERVER = 76_000

/** More changes than it keeps of older ones. */
const FLOOD = 300

test.concurrent('the API server cuts all connections, then hangs, for a minute in all', async () => {
  await using space = await FleetNamespace.open('runnel-e2e-away')
  await using proxy = await FaultProxy.start(apiServer())
  const control = await startFleets(space, proxy)

  proxy.faults.isRefusing = true
  proxy.cut()
  await changeObjects(space)
  await setTimeout(MINUTE / 2)
  proxy.faults.isFrozen = true
  proxy.faults.isRefusing = false
  await setTimeout(MINUTE / 2)
  expect(control.isLeader).toBe(false)
  expect(await control.read('/livez')).toMatch(/^200/)
  expect(control.hasLogged(/Cannot list pods .*the connection was reset/)).toBe(true)

  proxy.faults.isFrozen = false
  await expectChanged(space, control)
  expect(control.child.exitCode).toBeNull()
})

test.concurrent('the API server hangs for longer than it remembers changes, and etcd is compacted', async () => {
  await using space = await FleetNamespace.open('runnel-e2e-forgotten')
  await using proxy = await FaultProxy.start(apiServer())
  const control = await startFleets(space, proxy)

  proxy.faults.isFrozen = true
  const beganAt = performance.now()
  const seen = await versionOf(space)
  await changeObjects(space)
  await flood(space)
  await setTimeout(KEPT_BY_API_SERVER - (performance.now() - beganAt))
  // How many changes it keeps depends on how many there were in all namespaces.
  await patiently(async () => {
    await flood(space)
    expect(await watchFrom(space, seen)).toContain('too old resource version')
  })
  if (ETCD === undefined) console.log('etcd is not compacted: it cannot be reached from here')
  else await compactEtcd()
  proxy.cut()
  proxy.faults.isFrozen = false

  await expectChanged(space, control)
  expect(control.hasLogged(/"kind":"StreamCapacity".*too old resource version/)).toBe(true)
  expect(control.child.exitCode).toBeNull()
})

test.concurrent('all connections to the API server die without a sign, and new ones work', async () => {
  await using space = await FleetNamespace.open('runnel-e2e-half-open')
  await using dying = await FaultProxy.start(apiServer())
  await using proxy = await FaultProxy.start(dying.url)
  const control = await startFleets(space, proxy)

  const { hostname, port } = new URL(apiServer())
  proxy.faults.target = { host: hostname, port: Number(port) }
  dying.faults.isFrozen = true
  await changeObjects(space)
  await expectChanged(space, control)
  expect(control.child.exitCode).toBeNull()
})

/** Two fleets, which the controller reaches through the proxy and has brought to what they ask for. */
async function startFleets(space: FleetNamespace, proxy: FaultProxy): Promise<ControlProcess> {
  const account = await space.account({ name: 'controller', server: proxy.url })
  const control = await space.control(account)
  for (const name of ['kept', 'gone', 'late']) await space.createDeployment(name, 2)
  for (const name of ['kept', 'gone']) {
    await space.createFleet(name, { scaling: { provider: 'Direct' } })
    await space.reason(name, 'Ready', 'AsSpecified')
  }
  return control
}

/** Changes, deletes and creates objects that the controller follows. */
async function changeObjects(space: FleetNamespace): Promise<void> {
  await space.api.patch(space.path('streamcapacities', 'kept'), {
    spec: { history: { events: 7 } },
  })
  await space.api.delete(space.path('configmaps', 'kept-capacity'))
  await space.api.delete(space.path('streamcapacities', 'gone'))
  await space.createFleet('late', { scaling: { provider: 'Direct', minReplicas: 3 } })
}

/** Resolves when the controller has seen all the changes. */
async function expectChanged(space: FleetNamespace, control: ControlProcess): Promise<void> {
  await patiently(async () => {
    const file = await space.api.get<{ readonly data: { readonly 'capacity.json': string } }>(
      space.path('configmaps', 'kept-capacity'),
    )
    expect(JSON.parse(file.data['capacity.json'])).toMatchObject({ history: { events: 7 } })
    const { status } = await space.fleet('late')
    expect(status).toMatchObject({ replicas: 3, readyReplicas: 3 })
    expect(await control.read(`/scaling/${space.name}/gone`)).toMatch(/^404/)
    expect(await control.read('/readyz')).toMatch(/^200/)
  })
}

/** Of the list as a whole: no watch has seen a later one. */
async function versionOf(space: FleetNamespace): Promise<string> {
  const path = space.path('streamcapacities')
  const { metadata } = await space.api.get<{ metadata: { resourceVersion: string } }>(path)
  return metadata.resourceVersion
}

/** What the API server says to a watch that goes on from a version. */
async function watchFrom(space: FleetNamespace, version: string): Promise<string> {
  const query = `watch=1&timeoutSeconds=1&resourceVersion=${version}`
  const path = `/apis/runnel.dev/v1alpha1/namespaces/${space.name}/streamcapacities?${query}`
  return kubectl('get', `--raw=${path}`).catch(String)
}

/** Changes the same kind of object so often that the API server forgets what is older. */
async function flood(space: FleetNamespace): Promise<void> {
  const path = space.path('streamcapacities', 'kept')
  for (let index = 0; index < FLOOD; index++) {
    await space.api.patch(path, { metadata: { annotations: { change: String(Math.random()) } } })
  }
}
