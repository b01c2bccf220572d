import { expect, test } from 'vitest'
import { ClientAuthority } from '../../../test/support/client-certificates.ts'
import { clusterError } from '../../../test/support/cluster/errors.ts'
import { MemoryCluster } from '../../../test/support/cluster/memory-cluster.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { CONFIG_MAP } from '../objects/children.ts'
import { FrontProxyWatch } from './front-proxy-watch.ts'

const metadata = { namespace: 'kube-system', name: 'extension-apiserver-authentication' }

test('authorities of the API server are taken up as they change, and a broken one changes nothing', async () => {
  const cluster = new MemoryCluster()
  await using watch = startWatch(cluster)
  await eventually(() =>
    expect(String(watch.frontProxy.problem)).toMatch(/no ConfigMap kube-system/),
  )
  expect(watch.frontProxy.value).toBeUndefined()

  const first = await put(cluster)
  await eventually(() => expect(watch.frontProxy.value?.authorities).toEqual([first]))
  expect(watch.frontProxy.problem).toBeUndefined()

  cluster.put(CONFIG_MAP, { metadata, data: {} })
  await eventually(() => expect(watch.errors).toHaveLength(1))
  expect(watch.frontProxy.value?.authorities).toEqual([first])
  expect(String(watch.frontProxy.problem)).toMatch(/requestheader-client-ca-file/)

  const second = await put(cluster)
  await eventually(() => expect(watch.frontProxy.value?.authorities).toEqual([second]))
  expect(watch.frontProxy.problem).toBeUndefined()
})

test('a missing right is the problem that is named', async () => {
  const cluster = new MemoryCluster()
  const error = clusterError('forbidden', 'RBAC has to allow list on configmaps.')
  cluster.requests.fail({ verb: 'list', error, times: 99 })
  await using watch = startWatch(cluster)

  await eventually(() => expect(watch.frontProxy.problem).toBe(error))
})

test('only that one object is asked for', async () => {
  const cluster = new MemoryCluster()
  cluster.put(CONFIG_MAP, { metadata: { ...metadata, name: 'other' }, data: {} })
  await using watch = startWatch(cluster)
  const authority = await put(cluster)

  await eventually(() => expect(watch.frontProxy.value?.authorities).toEqual([authority]))
  expect(watch.errors).toEqual([])
})

/** Resolves to the authority that it publishes. */
async function put(cluster: MemoryCluster): Promise<string> {
  const { certificate } = await ClientAuthority.create()
  cluster.put(CONFIG_MAP, {
    metadata,
    data: {
      'requestheader-client-ca-file': certificate,
      'requestheader-username-headers': '["X-Remote-User"]',
    },
  })
  return `${certificate.trim()}\n`
}

function startWatch(cluster: MemoryCluster) {
  const errors: unknown[] = []
  const observer = { listed() {}, listOrWatchFailed() {}, handlerFailed() {} }
  const frontProxy = new FrontProxyWatch(cluster, observer, (error) => {
    errors.push(error)
  })
  frontProxy.start()
  return {
    frontProxy,
    errors,
    [Symbol.asyncDispose]: async () => {
      frontProxy.close()
    },
  }
}
