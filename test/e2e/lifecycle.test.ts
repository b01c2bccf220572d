import { expect, test, vi } from 'vitest'
import { HELMS } from '../../rig/release/helm.ts'
import { eventually } from '../support/eventually.ts'
import { publishText } from '../support/clients/requests.ts'
import { objectsIn } from '../../rig/release/kubectl.ts'
import { PersistentReader } from './readers.ts'
import { Release } from '../../rig/release/release.ts'

test.each(HELMS)('$name installs, tests, upgrades and uninstalls without a trace', async (helm) => {
  const name = helm.name.replace(' ', '-')
  await using release = await Release.install(name, { helm })

  await release.test()

  await release.upgrade({ logLevel: 'debug' })
  await release.test()
  // Until the old pod is gone, a stream may open there.
  await release.waitForOnePod()

  const pods = await release.pods()
  await release.upgrade({ 'streamCapacity.connections.retry': '400ms' })
  await waitForRetry(`${release.url}/stream/news`)
  expect(await release.pods()).toEqual(pods)

  using reader = new PersistentReader(`${release.url}/stream/news`)
  await eventually(() => {
    expect(reader.record.opened).toBe(1)
  })
  await publishText(release.insideUrl, 'news', 'upgraded')
  await eventually(() => {
    expect(reader.record.events.map(({ data }) => data)).toEqual(['upgraded'])
  })

  await release.uninstall()
  await eventually(async () => {
    expect(await objectsIn(release.namespace)).toEqual([
      // Every namespace has these objects.
      'configmap/kube-root-ca.crt',
      'serviceaccount/default',
    ])
  })
})

/** Resolves when streams get the new setting. The kubelet brings a changed ConfigMap to a pod within two minutes. */
async function waitForRetry(url: string): Promise<void> {
  await vi.waitFor(
    async () => {
      using reader = new PersistentReader(url)
      await eventually(() => {
        expect(reader.record.opened).toBe(1)
      })
      // Each stream draws 50 to 150 % of 400 ms.
      expect(reader.record.retry).toBeGreaterThanOrEqual(200)
      expect(reader.record.retry).toBeLessThanOrEqual(600)
    },
    { timeout: 180_000, interval: 1_000 },
  )
}
