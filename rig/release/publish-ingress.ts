import { waitFor } from '../wait-for.ts'
import { fetchOutside } from './ingress-access.ts'
import { kubectlWith } from './kubectl.ts'
import type { Release } from './release.ts'

/**
 * Routes publishes to a release from outside, which its own Ingresses do not while everyone may publish. Resolves when
 * the ingress has the route.
 */
export async function exposePublish({ namespace, host, fullName, url }: Release): Promise<void> {
  const backend = { service: { name: fullName, port: { name: 'http' } } }
  const paths = [{ path: '/publish', pathType: 'Prefix', backend }]
  const ingress = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'publish', namespace },
    spec: { ingressClassName: 'nginx', rules: [{ host, http: { paths } }] },
  }
  await kubectlWith(JSON.stringify(ingress), 'apply')
  await waitFor('the route for publishes', 20_000, async () => {
    const response = await fetchOutside(`${url}/publish/news`)
    await response.body?.cancel()
    // The service answers that this path takes no GET; the ingress knows no such path.
    if (response.status !== 405) throw new Error(`expected status 405, got ${response.status}`)
  })
}
