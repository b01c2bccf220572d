import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { STREAM_CAPACITY_CRD } from '../../../src/schema/crd/stream-capacity-crd.ts'
import { eventually } from '../../support/eventually.ts'
import { AUDIT_LOG } from '../environment.ts'
import { kubectl, kubectlWith } from '../../../rig/release/kubectl.ts'
import type { ControllerAccount } from './controller-account.ts'
import { FleetNamespace } from './fleet-namespace.ts'
import { isFleetWrite, requestsBy } from './fleet-writes.ts'
import { patiently } from '../patiently.ts'

/** In ms. The controller looks at a fleet every five seconds. */
const ONE_LOOK = 6_000
const TWO_LOOKS = 11_000

interface Case {
  readonly what: string
  /** The fleet and its Deployment are there, and well. Resolves to the name of the fleet that is not well then. */
  readonly spoil: (fleet: string) => Promise<string>
  readonly reason: string
  /** What to do. */
  readonly advice: RegExp
  readonly mend: (fleet: string) => Promise<void>
}

const CASES: readonly Case[] = [
  {
    what: 'a target that is deleted and made anew',
    spoil: async (fleet) => {
      await space.api.delete(space.path('deployments', fleet))
      await eventually(async () => {
        const pods = await space.kubelet.pods()
        expect(pods.filter((pod) => pod.startsWith(`${fleet}-`))).toEqual([])
      })
      return fleet
    },
    reason: 'TargetNotFound',
    advice: /Create it, or correct spec\.targetRef\.name/,
    mend: async (fleet) => space.createDeployment(fleet, 2),
  },
  {
    what: 'a second object with the same target',
    spoil: async (fleet) => {
      // The older one wins, and its age is known in whole seconds.
      await setTimeout(1_000)
      const second = `${fleet}-second`
      await space.createFleet(second, { targetRef: { name: fleet } })
      return second
    },
    reason: 'TargetTaken',
    advice: /Delete one of the two, or give this one another spec\.targetRef/,
    mend: async (second) => {
      await space.api.delete(space.path('streamcapacities', second.replace(/-second$/, '')))
    },
  },
  {
    what: 'an autoscaler of somebody else on the target',
    spoil: async (fleet) => {
      await space.api.create(space.path('horizontalpodautoscalers'), {
        metadata: { name: `${fleet}-foreign` },
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: fleet },
          minReplicas: 2,
          maxReplicas: 3,
        },
      })
      return fleet
    },
    reason: 'ForeignAutoscaler',
    advice: /Delete it, or set spec\.scaling\.provider to External/,
    mend: async (fleet) => {
      await space.api.delete(space.path('horizontalpodautoscalers', `${fleet}-foreign`))
    },
  },
  {
    what: 'an object of somebody else with the name of a child',
    spoil: async (fleet) => {
      const path = space.path('configmaps', `${fleet}-capacity`)
      const change = { metadata: { ownerReferences: null, labels: null }, data: { mine: 'yes' } }
      await space.api.patch(path, change)
      return fleet
    },
    reason: 'Conflict',
    advice: /is left as it is\. Delete or rename it/,
    mend: async (fleet) => {
      const path = space.path('configmaps', `${fleet}-capacity`)
      expect(await space.api.get(path)).toMatchObject({ data: { mine: 'yes' } })
      await space.api.delete(path)
    },
  },
  {
    what: 'an object that is older than a rule which it breaks',
    spoil: async (fleet) => {
      const retry = '1h'
      const path = space.path('streamcapacities', fleet)
      await withoutRules(async () => {
        await space.api.patch(path, { spec: { connections: { retry }, history: { age: '10m' } } })
      })
      return fleet
    },
    reason: 'InvalidSpec',
    advice: /retry must be shorter than history\.age.*Correct it with kubectl edit/,
    mend: async (fleet) => {
      await space.api.patch(space.path('streamcapacities', fleet), {
        spec: { connections: { retry: '1s' } },
      })
    },
  },
]

let space: FleetNamespace
let account: ControllerAccount

beforeAll(async () => {
  space = await FleetNamespace.open('runnel-e2e-bad-input')
  account = await space.account({ name: 'controller' })
  await space.control(account)
})

afterAll(async () => {
  await space?.[Symbol.asyncDispose]()
})

test
  .skipIf(AUDIT_LOG === undefined)
  .concurrent.for(CASES.map((each, index) => ({ ...each, index })))(
  '$what is a condition and an event, then quiet, and can be mended',
  async ({ spoil, reason, advice, mend, index }) => {
    const name = `fleet-${index}`
    await space.createDeployment(name, 2)
    await space.createFleet(name, { scaling: { provider: 'Direct' } })
    await space.reason(name, 'Ready', 'AsSpecified')

    const before = await settledWrites(name)
    const fleet = await spoil(name)
    const message = await space.reason(fleet, 'Ready', reason)
    expect(message).toMatch(advice)
    expect(await space.reason(fleet, 'Stalled', reason)).toBe(message)
    expect(await space.event(fleet, reason)).toBe(message)
    const written = await writesAbout(name)
    await setTimeout(TWO_LOOKS)
    expect(await writesAbout(name)).toEqual(written)
    const told = written.slice(before.length).filter((write) => write.includes('/status'))
    expect(told).toEqual([`patch streamcapacities/status ${fleet}`])

    await mend(fleet)
    await patiently(async () => {
      await space.reason(fleet, 'Ready', 'AsSpecified')
      const { conditions } = (await space.fleet(fleet)).status ?? {}
      expect(conditions?.map(({ type }) => type)).not.toContain('Stalled')
    })
  },
)

/** Resolves once a look has found nothing to write: the pods of a new fleet become ready one by one. */
async function settledWrites(fleet: string): Promise<readonly string[]> {
  return patiently(async () => {
    const before = await writesAbout(fleet)
    await setTimeout(ONE_LOOK)
    expect(await writesAbout(fleet)).toEqual(before)
    return before
  })
}

/** To the objects whose names begin with the fleet's, its children among them. */
async function writesAbout(fleet: string): Promise<readonly string[]> {
  const requests = (await requestsBy(account)).filter(isFleetWrite)
  return requests
    .filter(({ name = '' }) => name.startsWith(fleet))
    .map(({ verb, resource, name }) => `${verb} ${resource} ${name}`)
}

/** Makes a change under a CRD without rules, as an earlier version may have had one. */
async function withoutRules(change: () => Promise<void>): Promise<void> {
  const text = JSON.stringify(STREAM_CAPACITY_CRD, (key, value: unknown) =>
    key === 'x-kubernetes-validations' ? undefined : value,
  )
  try {
    // Another test may apply the CRD meanwhile, and a changed one is in force after a moment.
    await eventually(async () => {
      await applyCrd(text)
      await change()
    })
  } finally {
    await applyCrd(JSON.stringify(STREAM_CAPACITY_CRD))
  }
}

async function applyCrd(crd: string): Promise<void> {
  await kubectlWith(crd, 'apply', '--server-side', '--force-conflicts')
  await kubectl('wait', '--for=condition=Established', 'crd', 'streamcapacities.runnel.dev')
}
