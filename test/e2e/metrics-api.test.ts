import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createNamespace, kubectl } from '../../rig/release/kubectl.ts'
import { patiently } from './patiently.ts'
import { Release } from '../../rig/release/release.ts'

const GROUP = '/apis/custom.metrics.k8s.io'
const BYSTANDER = 'runnel-e2e-bystander'
/** In ms, more than the deletion of an empty namespace takes. */
const DELETION_TIME = 8_000
/** In ms. An autoscaler asks every 15 s. */
const ASK_INTERVAL = 200

let release: Release

beforeAll(async () => {
  release = await Release.install('metrics-api', { values: { 'metricsApi.register': true } })
  await patiently(async () => readMetric('v1beta2'))
})

afterAll(async () => {
  await kubectl('delete', 'namespace', BYSTANDER, '--ignore-not-found', '--wait=false')
  await release?.[Symbol.asyncDispose]()
})

test.for(['v1beta1', 'v1beta2'])('the API server passes %s on', async (version) => {
  const list = await readMetric(version)
  expect(list).toMatchObject({
    kind: 'MetricValueList',
    apiVersion: `custom.metrics.k8s.io/${version}`,
    items: [{ describedObject: { kind: 'StreamCapacity', name: release.fullName }, value: '0' }],
  })
  const resources = JSON.parse(await kubectl('get', `--raw=${GROUP}/${version}`)) as unknown
  expect(resources).toMatchObject({
    resources: [{ name: 'streamcapacities.runnel.dev/subscribers', namespaced: true }],
  })
  const missing = kubectl('get', `--raw=${pathOf(version, 'nobody')}`)
  await expect(missing).rejects.toThrow(/NotFound/)
})

test('a rotation of the authorities and a rollout of both replicas fail no request', async () => {
  await using asking = new Asking()
  const secret = `${release.fullName}-metrics-api`
  await release.kubectl('patch', 'secret', secret, '--type=merge', '--patch={"data":null}')
  // Certificates of the old authority are in use until the new one is trusted everywhere.
  await patiently(async () => expect(await authoritiesTrusted()).toBeGreaterThan(1))
  await release.kubectl('rollout', 'restart', release.controller)
  await release.kubectl('rollout', 'status', release.controller, '--timeout=3m')

  await asking.stop()
  expect(asking.failures).toEqual([])
  expect(asking.answers).toBeGreaterThan(10)
})

test('namespaces are deleted while one of two replicas is gone', async () => {
  const [victim = ''] = await controllerPods()
  await release.kubectl('delete', victim, '--grace-period=0', '--force', '--wait=false')
  await createNamespace(BYSTANDER)
  await kubectl('delete', 'namespace', BYSTANDER, '--timeout=2m')

  expect(await kubectl('get', 'namespace', '--output=name')).not.toContain(BYSTANDER)
})

test('without any replica no namespace goes, until the APIServices are removed', async () => {
  await release.kubectl('scale', release.controller, '--replicas=0')
  await patiently(async () => expect(await isAvailable()).toBe(false))
  // The API server goes on for a while with what it knew of the group.
  await patiently(async () => {
    await createNamespace(BYSTANDER)
    await kubectl('delete', 'namespace', BYSTANDER, '--wait=false')
    await setTimeout(DELETION_TIME)
    expect(await whyNamespaceStays()).toBe('DiscoveryFailed')
  })
  // The command of docs/kubernetes.md.
  await kubectl(
    'delete',
    'apiservice',
    'v1beta1.custom.metrics.k8s.io',
    'v1beta2.custom.metrics.k8s.io',
  )
  await patiently(async () => {
    const left = await kubectl('get', 'namespace', BYSTANDER, '--ignore-not-found', '--output=name')
    expect(left).toBe('')
  })
})

test('an uninstall leaves no APIService behind', async () => {
  // Renders again what was removed by hand.
  await release.upgrade({ 'controller.replicas': 1 })
  await release.uninstall()
  expect(await kubectl('get', 'apiservice', '--output=name')).not.toContain('custom.metrics.k8s.io')
})

/** Asks over and over, as an autoscaler does. */
class Asking implements AsyncDisposable {
  answers = 0
  readonly failures: string[] = []
  readonly #stopping = new AbortController()
  readonly #asking: Promise<void>

  constructor() {
    this.#asking = this.#ask()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#asking
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #ask(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await readMetric('v1beta2')
        this.answers++
      } catch (error) {
        this.failures.push(String(error))
      }
      await setTimeout(ASK_INTERVAL)
    }
  }
}

async function readMetric(version: string): Promise<unknown> {
  return JSON.parse(await kubectl('get', `--raw=${pathOf(version, release.fullName)}`))
}

function pathOf(version: string, name: string): string {
  return `${GROUP}/${version}/namespaces/${release.namespace}/streamcapacities.runnel.dev/${name}/subscribers`
}

async function controllerPods(): Promise<readonly string[]> {
  const selector = '--selector=app.kubernetes.io/component=controller'
  const names = await release.kubectl('get', 'pods', selector, '--output=name')
  return names.split('\n').filter((name) => name !== '')
}

/** Whether the API server finds a replica to ask. */
async function isAvailable(): Promise<boolean> {
  const path = '--output=jsonpath={.status.conditions[?(@.type=="Available")].status}'
  return (await kubectl('get', 'apiservice', 'v1beta2.custom.metrics.k8s.io', path)) === 'True'
}

async function whyNamespaceStays(): Promise<string> {
  const path =
    '--output=jsonpath={.status.conditions[?(@.type=="NamespaceDeletionDiscoveryFailure")].reason}'
  return kubectl('get', 'namespace', BYSTANDER, '--ignore-not-found', path)
}

/** How many authorities the API server trusts for the metrics API. */
async function authoritiesTrusted(): Promise<number> {
  const path = '--output=jsonpath={.spec.caBundle}'
  const bundle = await kubectl('get', 'apiservice', 'v1beta2.custom.metrics.k8s.io', path)
  return Buffer.from(bundle, 'base64').toString().split('BEGIN CERTIFICATE').length - 1
}
