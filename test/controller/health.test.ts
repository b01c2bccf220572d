import { expect, test } from 'vitest'
import { STREAM_CAPACITY } from '../../src/controller/objects/stream-capacity.ts'
import { clusterError } from '../support/cluster/errors.ts'
import { ControllerScene } from '../support/controller/controller-scene.ts'
import { eventually } from '../support/eventually.ts'

const NONE = { scaling: { provider: 'None' } }

test.for([
  ['the CRD is missing', 'StreamCapacity', 'not-found', 'is the CRD installed?'],
  ['a right is missing', 'Deployment', 'forbidden', 'RBAC has to allow list on deployments.'],
  ['pods may not be listed', 'Pod', 'forbidden', 'RBAC has to allow list on pods.'],
] as const)(
  'nothing is served or written while %s, and /readyz says so',
  async ([, kind, reason, advice]) => {
    await using scene = new ControllerScene()
    scene.cluster.requests.fail({
      verb: 'list',
      kind,
      error: clusterError(reason, `Cannot list: ${advice}`),
      times: 2,
    })
    await scene.startFleet(NONE)
    const { url } = await scene.startController()

    const told = await eventually(async () => {
      const answer = await fetch(`${url}/readyz`)
      expect(answer.status).toBe(503)
      const { problems } = (await answer.json()) as { readonly problems: readonly string[] }
      expect(problems.join()).toContain(advice)
      return problems
    })
    expect(told.join()).toMatch(/have not been listed yet/)
    expect((await fetch(`${url}/livez`)).status).toBe(200)
    expect((await fetch(`${url}/scaling/default/streams`)).status).toBe(503)
    expect(scene.cluster.requests.writes).toEqual([])

    await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200))
    await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))
  },
)

test('nothing is written before every pod has been asked', async () => {
  await using scene = new ControllerScene()
  const pods = await scene.startFleet(NONE)
  for (const pod of pods) pod.isSilent = true
  const { url } = await scene.startController()
  await eventually(async () => {
    const { problems } = (await (await fetch(`${url}/readyz`)).json()) as { problems: string[] }
    expect(problems).toEqual(['not all pods have been asked for their streams yet'])
  })
  expect(scene.cluster.requests.writes).toEqual([])
})

test('an API server that was away for a while and forgot its history is followed again', async () => {
  await using scene = new ControllerScene()
  const [pod] = await scene.startFleet(NONE)
  const { url } = await scene.startController()
  await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))
  const away = clusterError('unavailable', 'the API server refuses connections')
  for (const verb of ['list', 'get', 'apply', 'replace', 'watch', 'create', 'serves'] as const) {
    scene.cluster.requests.fail({ verb, error: away, times: 5 })
  }

  scene.cluster.watches.end(away)
  scene.putDeployment(3)
  await scene.startPod('web-2', 50)
  scene.cluster.compact()
  pod!.subscribers = 50
  await eventually(() => expect(scene.status()).toMatchObject({ replicas: 3, subscribers: 200 }))
  expect(scene.reason('Ready')).toBe('AsSpecified')
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  expect((await fetch(`${url}/livez`)).status).toBe(200)
})

test('an object that is deleted meanwhile is no trouble', async () => {
  await using scene = new ControllerScene()
  await scene.startFleet(NONE)
  const { url } = await scene.startController()
  await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))

  scene.delete(STREAM_CAPACITY, 'streams')
  await eventually(async () =>
    expect((await fetch(`${url}/scaling/default/streams`)).status).toBe(404),
  )
  const writes = scene.cluster.requests.writes.filter(({ kind }) => kind !== 'Lease')
  scene.putCapacity('next', { ...NONE })
  await eventually(() => expect(scene.reason('Ready', 'next')).toBe('AsSpecified'))
  const later = scene.cluster.requests.writes.filter(({ kind }) => kind !== 'Lease')
  expect(later.slice(writes.length).filter(({ name }) => name?.startsWith('streams'))).toEqual([])
})

test('metrics tell of the work, the API server, the watches, the leader and the fleets', async () => {
  await using scene = new ControllerScene()
  const pods = await scene.startFleet(NONE, [100, 100, 100])
  const { url } = await scene.startController()
  await eventually(() => expect(scene.reason('Ready')).toBe('AsSpecified'))
  const metrics = async () => (await fetch(`${url}/metrics`)).text()

  const answer = await fetch(`${url}/metrics`)
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  for (const name of [
    /^runnel_controller_leader 1$/m,
    /^runnel_controller_queue_depth \d+$/m,
    /^runnel_controller_reconciles_total\{result="succeeded"\} \d+$/m,
    /^runnel_controller_reconciles_total\{result="failed"\} 0$/m,
    /^runnel_controller_reconcile_seconds_bucket\{/m,
    /^runnel_controller_lists_total\{kind="Deployment"\} 1$/m,
    /^runnel_controller_watch_silence_seconds\{kind="pods"\} /m,
    /^runnel_controller_fleet_subscribers\{namespace="default",name="streams"\} 300$/m,
    /^runnel_controller_fleet_silent_pods\{namespace="default",name="streams"\} 0$/m,
  ]) {
    expect(await metrics()).toMatch(name)
  }
  // No pod was asked to shed streams, and none has refused.
  for (const result of ['done', 'no-token', 'unauthorized', 'unreachable', 'error']) {
    expect(await metrics()).toContain(`\nrunnel_controller_sheds_total{result="${result}"} 0\n`)
  }

  // Nobody knows the streams of a fleet most of whose pods are silent.
  for (const pod of pods) await pod[Symbol.asyncDispose]()
  await eventually(async () => expect(await metrics()).toMatch(/fleet_silent_pods\{.*\} 3$/m))
  expect(await metrics()).not.toMatch(/^runnel_controller_fleet_subscribers\{/m)
})
