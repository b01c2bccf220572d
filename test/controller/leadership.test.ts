import { expect, test } from 'vitest'
import { CONFIG_MAP } from '../../src/controller/objects/children.ts'
import { clusterError } from '../support/cluster/errors.ts'
import { gateCluster } from '../support/cluster/gated-cluster.ts'
import { ControllerScene } from '../support/controller/controller-scene.ts'
import { eventually } from '../support/eventually.ts'

const NONE = { scaling: { provider: 'None' } }
const CHANGES = ['create', 'apply', 'scale', 'delete']

test('a leader that is frozen in the middle of its work changes nothing once it goes on', async () => {
  await using scene = new ControllerScene()
  await scene.startFleet(NONE)
  const first = gateCluster(scene.cluster)
  await scene.startController({ leaseDuration: 600 }, first.cluster)
  await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))
  await scene.startController({ leaseDuration: 600 })

  // Whether a missing child exists is asked right before it is written: there the leader stops.
  const { stopped, resume } = first.stopAt('get', 'ConfigMap')
  scene.delete(CONFIG_MAP, 'streams-capacity')
  await stopped
  await eventually(() => expect(scene.stored(CONFIG_MAP, 'streams-capacity')).toBeDefined())

  resume()
  // One that does not lead looks at the lease again and again.
  await eventually(() =>
    expect(first.asked.filter((verb) => verb === 'get').length).toBeGreaterThan(2),
  )
  expect(first.asked.filter((verb) => CHANGES.includes(verb))).toEqual([])
})

test('a new term begins without what the term before has learned', async () => {
  await using scene = new ControllerScene()
  const error = clusterError('forbidden', 'RBAC')
  scene.cluster.requests.fail({ kind: 'PodDisruptionBudget', verb: 'apply', error, times: 99 })
  await scene.startFleet(NONE)
  const { lines } = await scene.startController({ leaseDuration: 600 })
  const refusals = () => lines.filter(({ problem }) => problem === 'RBAC').length
  await eventually(() => expect(refusals()).toBe(1))

  const away = clusterError('unavailable', 'away')
  scene.cluster.requests.fail({ kind: 'Lease', verb: 'replace', error: away, times: 9 })
  await eventually(() => expect(lines.map(({ msg }) => msg)).toContain('not leading'))
  await eventually(() => expect(refusals()).toBe(2))
})

test('a leader that leaves hands over at once, and the next one finds nothing to do', async () => {
  await using scene = new ControllerScene()
  await scene.startFleet(NONE)
  const first = await scene.startController({ leaseDuration: 3_600_000 })
  await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))
  const second = await scene.startController({ leaseDuration: 1_500 })
  await eventually(async () => expect((await fetch(`${second.url}/readyz`)).status).toBe(200))
  expect(await isLeader(second.url)).toBe('0')
  const written = changes(scene)

  await first[Symbol.asyncDispose]()
  await eventually(async () => expect(await isLeader(second.url)).toBe('1'))
  await eventually(async () => expect(await looks(second.url)).toBeGreaterThan(0))
  expect(changes(scene)).toBe(written)
})

test('every replica answers for the streams of a fleet, whoever leads', async () => {
  await using scene = new ControllerScene()
  await scene.startFleet(NONE)
  const controllers = [await scene.startController(), await scene.startController()]

  for (const { url } of controllers) {
    await eventually(async () => {
      const answer = await fetch(`${url}/scaling/default/streams`)
      expect(await answer.json()).toEqual({ subscribers: 200 })
    })
    expect((await fetch(`${url}/scaling/default/none`)).status).toBe(404)
  }
})

function changes({ cluster }: ControllerScene): number {
  return cluster.requests.writes.filter(({ kind }) => kind !== 'Lease').length
}

async function isLeader(url: string): Promise<string | undefined> {
  return valueOf(url, 'runnel_controller_leader')
}

async function looks(url: string): Promise<number> {
  return Number((await valueOf(url, 'runnel_controller_reconciles_total{result="succeeded"}')) ?? 0)
}

async function valueOf(url: string, name: string): Promise<string | undefined> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n')
  return lines.find((line) => line.startsWith(`${name} `))?.split(' ')[1]
}
