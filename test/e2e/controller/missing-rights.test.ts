import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { AUDIT_LOG } from '../environment.ts'
import type { ControlProcess } from './control-process.ts'
import type { MissingRight } from './controller-account.ts'
import { FleetNamespace } from './fleet-namespace.ts'
import { requestsBy } from './fleet-writes.ts'
import { patiently } from '../patiently.ts'

/** In ms. */
const WINDOW = 30_000

/** In the window. What is tried most often is the lease, every two seconds. */
const MOST_DENIED = 30

interface Case {
  readonly without: readonly MissingRight[]
  /** What people read besides log lines. */
  readonly read: (space: FleetNamespace, control: ControlProcess) => Promise<readonly string[]>
  /** In all of it. */
  readonly need: RegExp
}

const readReadiness: Case['read'] = async (_, control) => [await control.read('/readyz')]

const readFleet: Case['read'] = async (space) => [
  await space.reason('web', 'Ready', 'Forbidden'),
  await space.reason('web', 'Stalled', 'Forbidden'),
  await space.event('web', 'Forbidden'),
]

const readNothing: Case['read'] = async () => []

const CASES: readonly Case[] = [
  {
    without: ['list streamcapacities'],
    read: readReadiness,
    need: /RBAC has to allow list on streamcapacities \(apiGroups: \["runnel\.dev"\]\)/,
  },
  {
    without: ['list pods'],
    read: readReadiness,
    need: /RBAC has to allow list on pods \(apiGroups: \[""\]\)/,
  },
  {
    without: ['watch deployments'],
    read: readNothing,
    need: /RBAC has to allow watch on deployments \(apiGroups: \["apps"\]\)/,
  },
  {
    without: ['patch configmaps'],
    read: readFleet,
    need: /RBAC has to allow patch on configmaps \(apiGroups: \[""\]\)/,
  },
  {
    without: ['create poddisruptionbudgets'],
    read: readFleet,
    need: /RBAC has to allow create on poddisruptionbudgets \(apiGroups: \["policy"\]\)/,
  },
  {
    without: ['patch deployments/scale'],
    read: readFleet,
    need: /RBAC has to allow patch on deployments\/scale \(apiGroups: \["apps"\]\)/,
  },
  {
    without: ['patch streamcapacities/status'],
    read: readNothing,
    need: /RBAC has to allow patch on streamcapacities\/status \(apiGroups: \["runnel\.dev"\]\)/,
  },
  {
    without: ['get secrets'],
    read: readNothing,
    need: /RBAC has to allow get on secrets \(apiGroups: \[""\]\)/,
  },
  {
    without: ['update leases'],
    read: readNothing,
    need: /RBAC has to allow update on leases \(apiGroups: \["coordination\.k8s\.io"\]\)/,
  },
  {
    without: ['create events'],
    read: readNothing,
    need: /RBAC has to allow create on events \(apiGroups: \["events\.k8s\.io"\]\)/,
  },
]

test
  .skipIf(AUDIT_LOG === undefined)
  .concurrent.for(CASES.map((each, index) => ({ ...each, index })))(
  'without the right to $without it says so, asks seldom, and goes on when it is given',
  async ({ without, read, need, index }) => {
    await using space = await FleetNamespace.open(`runnel-e2e-rights-${index}`)
    const account = await space.account({ name: 'controller', without })
    await space.createDeployment('web', 1)
    // Two pods are fewer than it asks for, so that it has to scale.
    await space.createFleet('web', { scaling: { provider: 'Direct' } })
    const control = await space.control(account)

    await eventually(() => {
      expect(control.hasLogged(need)).toBe(true)
    })
    for (const text of await read(space, control)) expect(text).toMatch(need)

    const before = (await requestsBy(account)).length
    await setTimeout(WINDOW)
    const requests = (await requestsBy(account)).slice(before)
    const denied = requests.filter(({ status }) => status === 403)
    const counts = `${denied.length} of ${requests.length} requests in ${WINDOW / 1_000} s are denied`
    console.log(`without ${without.join(' and ')}: ${counts}`)
    expect(denied.length).toBeLessThan(MOST_DENIED)

    await account.limit([])
    await patiently(async () => {
      const { status } = await space.fleet('web')
      expect(status).toMatchObject({ replicas: 2, readyReplicas: 2 })
      const reasons = status?.conditions?.map(({ type, reason }) => `${type} ${reason}`)
      expect(reasons).toContain('Ready AsSpecified')
      expect(await control.read('/readyz')).toMatch(/^200/)
    })
  },
)
