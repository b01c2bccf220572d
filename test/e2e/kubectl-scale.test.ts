import { expect, test } from 'vitest'
import { HELMS, type Helm } from '../../rig/release/helm.ts'
import { Release } from '../../rig/release/release.ts'

const [HELM_4, HELM_3] = HELMS

test.each(HELMS)('an upgrade with $name leaves what kubectl has scaled', async (helm) => {
  await using release = await install('scaled', helm)
  await scale(release, release.deployment, 2)
  await scale(release, release.controller, 2)

  // It replaces the pods of both, so that Helm writes both Deployments.
  await release.upgrade({ logLevel: 'debug' })

  expect(await release.replicas()).toBe(2)
  expect(await release.replicas(release.controller)).toBe(2)
})

// As the page of the chart says.
test('with Helm 4 the number of pods is handed over, and taken back', async () => {
  await using release = await install('owned', HELM_4!, { replicaCount: 1 })
  await scale(release, release.deployment, 2)
  await release.upgrade({ replicaCount: 'null' })
  expect(await release.replicas()).toBe(2)

  await expect(release.upgrade({ replicaCount: 1 })).rejects.toThrow(/conflict .*spec\.replicas/)
  expect(await release.replicas()).toBe(2)
  await release.upgrade({}, '--force-conflicts')
  expect(await release.replicas()).toBe(1)
})

test.skipIf(HELM_3 === undefined)('with Helm 3 it is 1 when it is handed over', async () => {
  await using release = await install('owned-helm-3', HELM_3!, { replicaCount: 2 })
  await release.upgrade({ replicaCount: 'null' })
  expect(await release.replicas()).toBe(1)

  await scale(release, release.deployment, 2)
  await release.upgrade({ replicaCount: 1 })
  expect(await release.replicas()).toBe(1)
})

async function install(name: string, helm: Helm, values = {}): Promise<Release> {
  return Release.install(`${name}-${helm.name.replace(' ', '-')}`, { helm, hasRedis: true, values })
}

/** Twice, since kubectl is the owner of the number only from its second scaling on. */
async function scale(release: Release, deployment: string, replicas: number): Promise<void> {
  for (const count of [replicas + 1, replicas]) {
    await release.kubectl('scale', deployment, `--replicas=${count}`)
  }
}
