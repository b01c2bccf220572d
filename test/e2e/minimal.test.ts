import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { publishText } from '../support/clients/requests.ts'
import { IMAGE, INGRESS } from './environment.ts'
import { ClusterProxy, kubectl, kubectlWith } from '../../rig/release/kubectl.ts'
import { PersistentReader } from './readers.ts'

const MANIFEST = fileURLToPath(new URL('../../manifests/minimal.yaml', import.meta.url))
const NAMESPACE = 'runnel'

test('kubectl apply of the minimal manifest makes a working stream', async () => {
  // Only the name of the image is changed.
  const text = await readFile(MANIFEST, 'utf8')
  const manifest = text.replaceAll(/(?<=image: ).*/g, IMAGE)
  // The cluster may have another Runnel under that name. The test removes a namespace only with the label of an
  // earlier run.
  const mine = `${NAMESPACE}-e2e`
  await kubectl('delete', 'namespace', '--selector', mine, '--timeout=2m')
  const found = await kubectl('get', 'namespace', NAMESPACE, '--ignore-not-found', '--output=name')
  if (found !== '') throw new Error(`expected no namespace ${NAMESPACE}: the manifest makes it`)
  await using cleanUp = new AsyncDisposableStack()
  cleanUp.defer(async () => {
    await kubectlWith(manifest, 'delete', '--ignore-not-found', '--timeout=2m')
  })

  await kubectlWith(manifest, 'apply')
  await kubectl('label', 'namespace', NAMESPACE, `${mine}=true`)

  await kubectl('rollout', 'status', 'deployment/runnel', '--namespace', NAMESPACE, '--timeout=2m')
  const namespace = await kubectl(
    'get',
    'namespace',
    NAMESPACE,
    '--output=jsonpath={.metadata.labels}',
  )
  expect(JSON.parse(namespace)).toMatchObject({
    'pod-security.kubernetes.io/enforce': 'restricted',
  })
  const proxy = cleanUp.use(await ClusterProxy.open())
  const reader = cleanUp.use(new PersistentReader(`${INGRESS.origin}/stream/news`))
  await eventually(() => {
    expect(reader.record.opened).toBe(1)
  })
  await publishText(proxy.urlOf(NAMESPACE, 'runnel', 'http'), 'news', 'hello')
  await eventually(() => {
    expect(reader.record.events.map(({ data }) => data)).toEqual(['hello'])
  })
})
