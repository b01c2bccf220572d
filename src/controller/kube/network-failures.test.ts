import { KubeConfig } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import { FakeApiServer } from '../../../test/support/fake-api-server/fake-api-server.ts'
import { freePort } from '../../../rig/servers/free-port.ts'
import { TestAuthority } from '../../../rig/servers/redis-tls.ts'
import { CONFIG_MAP } from '../objects/children.ts'
import { KubeCluster } from './kube-cluster.ts'

test.each([
  [
    'a port where nobody listens',
    async () => ({ server: `https://127.0.0.1:${await freePort()}` }),
    'the API server refuses connections (ECONNREFUSED).',
  ],
  [
    'a name that does not exist',
    async () => ({ server: 'https://api.invalid' }),
    /the name of the API server cannot be resolved \(DNS\) \((ENOTFOUND|EAI_AGAIN)\)\.$/,
  ],
  [
    'a proxy that is not of HTTP',
    async () => ({ proxyUrl: 'socks5://127.0.0.1:1080' }),
    'The proxy socks5://127.0.0.1:1080 of the kubeconfig is not supported: use one of HTTP.',
  ],
])('%s is named', async (_, change, message) => {
  await using server = await FakeApiServer.start()
  const { clusters, users, contexts, currentContext } = server.config
  const config = new KubeConfig()
  const changed = await change()
  config.loadFromOptions({
    clusters: clusters.map((cluster) => ({ ...cluster, ...changed })),
    users,
    contexts,
    currentContext,
  })
  const error = await failureOf(config)
  expect(error).toMatchObject({ name: 'ClusterError', reason: 'unavailable', isTransient: true })
  expect(String(error)).toMatch(message)
})

test('a certificate that the authorities do not vouch for is named', async () => {
  await using server = await FakeApiServer.start()
  await using other = await TestAuthority.create()
  await server.files.writeAuthority(other)
  const error = await failureOf(server.config)
  expect(error).toMatchObject({ name: 'ClusterError', reason: 'unavailable' })
  expect(String(error)).toContain('the certificate of the API server is not trusted')
  expect(server.requests).toEqual([])
})

async function failureOf(config: KubeConfig): Promise<unknown> {
  const cluster = new KubeCluster({ config })
  const error: unknown = await cluster
    .create(CONFIG_MAP, { metadata: { namespace: 'a', name: 'm' } })
    .catch((reason: unknown) => reason)
  await cluster.close()
  return error
}
