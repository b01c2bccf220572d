import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { AUDIT_LOG } from '../environment.ts'
import type { ControlProcess } from './control-process.ts'
import type { ControllerAccount } from './controller-account.ts'
import { FleetNamespace } from './fleet-namespace.ts'
import { isFleetWrite, requestsBy } from './fleet-writes.ts'

/** In ms. The controller looks at a fleet every five seconds, and may refresh counts every ten. */
const TWO_LOOKS = 11_000

const STATUS_WRITES = 40

let space: FleetNamespace
let account: ControllerAccount
/** The one that leads, and the one that waits to. */
let control: ControlProcess
let successor: ControlProcess

beforeAll(async () => {
  space = await FleetNamespace.open('runnel-e2e-children')
  account = await space.account({ name: 'controller' })
  control = await startControl()
  await untilLeading(control)
  successor = await startControl()
  await space.createDeployment('web', 2)
  await space.createFleet('web', { scaling: { provider: 'Direct' } })
  await space.reason('web', 'Ready', 'AsSpecified')
})

afterAll(async () => {
  await space?.[Symbol.asyncDispose]()
})

test('children belong to their StreamCapacity', async () => {
  const { metadata } = await space.fleet('web')
  for (const path of childPaths()) {
    expect((await space.api.get(path)).metadata.ownerReferences).toEqual([
      {
        apiVersion: 'runnel.dev/v1alpha1',
        kind: 'StreamCapacity',
        name: 'web',
        uid: metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ])
  }
})

test.skipIf(AUDIT_LOG === undefined)(
  'a second look writes nothing, nor does the first one of a new leader',
  async () => {
    await setTimeout(TWO_LOOKS)
    const before = await writes()
    expect(before).toContain('patch streamcapacities/status')
    // It makes the controller look at once.
    const labels = { labels: { looked: 'again' } }
    await space.api.patch(space.path('streamcapacities', 'web'), { metadata: labels })
    await setTimeout(TWO_LOOKS)
    expect(await writes()).toEqual(before)

    await end(control)
    control = successor
    await untilLeading(control)
    await setTimeout(TWO_LOOKS)
    expect(await countLooks()).toBeGreaterThan(1)
    expect(await writes()).toEqual(before)
  },
)

test('a new status is no reason to look', async () => {
  const before = await countLooks()
  for (let subscribers = 0; subscribers < STATUS_WRITES; subscribers++) {
    await space.api.patch(`${space.path('streamcapacities', 'web')}/status`, {
      status: { subscribers },
    })
  }
  // Some looks are due meanwhile.
  expect((await countLooks()) - before).toBeLessThan(STATUS_WRITES / 4)
})

test('what others change in a child is undone, and what they add stays', async () => {
  const [configMap, budget] = childPaths()
  const asked = await Promise.all([configMap, budget].map(readChild))
  const note = { annotations: { 'example.com/owner': 'somebody' } }
  const text = JSON.stringify({ limit: 1 })
  await space.api.patch(configMap, { metadata: note, data: { 'capacity.json': text, more: 'yes' } })
  await space.api.patch(budget, { metadata: note, spec: { maxUnavailable: 7 } })

  await eventually(async () => {
    const [map, pdb] = await Promise.all([configMap, budget].map(readChild))
    expect(map).toMatchObject(asked[0]!)
    expect(pdb).toMatchObject(asked[1]!)
  })
  const [map, pdb] = await Promise.all([configMap, budget].map(readChild))
  expect(map).toMatchObject({ metadata: note, data: { more: 'yes' } })
  expect(pdb).toMatchObject({ metadata: note })
})

test('a child that somebody deletes comes back', async () => {
  for (const path of childPaths()) {
    const { metadata } = await space.api.get(path)
    await space.api.delete(path)
    await eventually(async () => {
      expect((await space.api.get(path)).metadata.uid).not.toBe(metadata.uid)
    })
  }
})

test('a StreamCapacity that is deleted takes its children along, with a controller and without', async () => {
  await space.createDeployment('other', 2)
  await space.createFleet('other', { scaling: { provider: 'Direct' } })
  await space.reason('other', 'Ready', 'AsSpecified')
  await expectGone('other')

  await Promise.all([end(control), end(successor)])
  await expectGone('web')
  for (const name of ['web', 'other']) {
    const deployment = await space.api.get<{ readonly spec: object }>(
      space.path('deployments', name),
    )
    expect(deployment.spec).toMatchObject({ replicas: 2 })
  }
})

async function expectGone(fleet: string): Promise<void> {
  const object = space.path('streamcapacities', fleet)
  const children = childPaths(fleet)
  await Promise.all(children.map((path) => space.api.get(path)))
  await space.api.delete(object)
  for (const path of [object, ...children]) {
    await eventually(async () => {
      await expect(space.api.get(path)).rejects.toThrow(/answered 404/)
    })
  }
}

async function countLooks(): Promise<number> {
  return control.metric('runnel_controller_reconciles_total')
}

/** Its successor need not wait long for the lease. */
async function startControl(): Promise<ControlProcess> {
  return space.control(account, { flags: ['--lease-duration=5s'] })
}

async function untilLeading(replica: ControlProcess): Promise<void> {
  await eventually(() => {
    if (!replica.isLeader) throw new Error('expected the controller to lead')
  })
}

/** As a crash does: the lease stays. */
async function end({ child, exited }: ControlProcess): Promise<void> {
  child.kill('SIGKILL')
  await exited
}

function childPaths(fleet = 'web'): readonly [string, string] {
  return [space.path('configmaps', `${fleet}-capacity`), space.path('poddisruptionbudgets', fleet)]
}

/** All but what the API server itself adds. */
async function readChild(path: string) {
  interface Child {
    readonly metadata: { readonly labels: object; readonly annotations: object }
    readonly data?: object
    readonly spec?: object
  }
  const { metadata, data, spec } = await space.api.get<Child>(path)
  const { labels, annotations } = metadata
  return { metadata: { labels, annotations }, ...(data ? { data } : {}), ...(spec ? { spec } : {}) }
}

async function writes(): Promise<readonly string[]> {
  const requests = (await requestsBy(account)).filter(isFleetWrite)
  return requests.map(({ verb, resource }) => `${verb} ${resource}`)
}
