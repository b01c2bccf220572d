import { expect, test } from 'vitest'
import { STREAM_CAPACITY_CRD } from '../../src/schema/crd/stream-capacity-crd.ts'
import { eventually } from '../support/eventually.ts'
import {
  createNamespace,
  deleteNamespace,
  kubectl,
  kubectlWith,
} from '../../rig/release/kubectl.ts'

const NAMESPACE = 'runnel-e2e-upgrade'

/** A group of its own, so that the objects of others keep their rules. */
const GROUP = 'upgrade.runnel.dev'
const PLURAL = `streamcapacities.${GROUP}`

/** Breaks a rule within `scaling`, and one between `connections` and `history`. */
const STORED = {
  apiVersion: `${GROUP}/v1alpha1`,
  kind: 'StreamCapacity',
  metadata: { name: 'stored', namespace: NAMESPACE },
  spec: {
    targetRef: { name: 'runnel' },
    scaling: { minReplicas: 30, maxReplicas: 20 },
    connections: { retry: '1h' },
    history: { age: '10m' },
  },
}

test('an object stored before its CRD had rules gets its status, and is checked when it changes', async () => {
  await using cleanUp = new AsyncDisposableStack()
  cleanUp.defer(async () => {
    await kubectl('delete', 'crd', PLURAL, '--ignore-not-found')
    await deleteNamespace(NAMESPACE)
  })
  await createNamespace(NAMESPACE)
  // As Helm installs it.
  await applyCrd(withoutRules(crdOfGroup()), '--field-manager=helm')
  await kubectl('wait', '--for=condition=Established', 'crd', PLURAL, '--timeout=1m')
  await kubectlWith(JSON.stringify(STORED), 'create')

  // As docs/stream-capacity.md says.
  await applyCrd(crdOfGroup(), '--force-conflicts')

  await eventually(async () => {
    const another = { ...STORED, metadata: { name: 'another', namespace: NAMESPACE } }
    const creation = kubectlWith(JSON.stringify(another), 'create', '--dry-run=server')
    await expect(creation).rejects.toThrow(/minReplicas may be at most maxReplicas/)
  })
  await patch({ status: { subscribers: 7 } }, '--subresource=status')
  expect(await get('{.status.subscribers}')).toBe('7')
  await patch({ metadata: { labels: { team: 'chat' } } })

  await expect(patch({ spec: { rebalance: { enabled: false } } })).rejects.toThrow(
    /retry must be shorter than history\.age/,
  )
  // The group `scaling` does not change, so its rule only warns.
  await patch({ spec: { rebalance: { enabled: false }, history: { age: '2h' } } })
  await expect(patch({ spec: { scaling: { maxReplicas: 25 } } })).rejects.toThrow(
    /minReplicas may be at most maxReplicas/,
  )
  await patch({ spec: { scaling: { maxReplicas: 30 } } })
})

function crdOfGroup(): object {
  const { metadata, spec, ...rest } = STREAM_CAPACITY_CRD
  // Short names and categories are those of the real group.
  const names = { ...spec.names, shortNames: [], categories: [] }
  return {
    ...rest,
    metadata: { ...metadata, name: PLURAL },
    spec: { ...spec, group: GROUP, names },
  }
}

function withoutRules(crd: object): object {
  const text = JSON.stringify(crd, (key, value: unknown) =>
    key === 'x-kubernetes-validations' ? undefined : value,
  )
  return JSON.parse(text) as object
}

async function applyCrd(crd: object, flag: string): Promise<void> {
  await kubectlWith(JSON.stringify(crd), 'apply', '--server-side', flag)
}

async function patch(change: object, ...args: readonly string[]): Promise<void> {
  const flags = ['--type=merge', `--patch=${JSON.stringify(change)}`, ...args]
  await kubectl('patch', PLURAL, 'stored', '--namespace', NAMESPACE, ...flags)
}

function get(jsonPath: string): Promise<string> {
  return kubectl('get', PLURAL, 'stored', '--namespace', NAMESPACE, `--output=jsonpath=${jsonPath}`)
}
