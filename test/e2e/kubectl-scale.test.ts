import { expect, test } from 'vitest'
import { HELMS, type Helm } from '../../rig/release/helm.ts'
import { Release } from '../../rig/release/release.ts'

const [HELM_4, HELM_3] = HELMS

test('with Helm 4 an upgrade keeps what kubectl has scaled, and the number of pods is taken over and handed over', async () => {
  await using release = await install(HELM_4!)
  await expectScaledNumbersToStay(release)

  await release.upgrade({ replicaCount: 1 }, '--force-conflicts')
  expect(await release.replicas()).toBe(1)

  await scale(release, release.deployment, 2)
  await release.upgrade({ replicaCount: 'null' })
  expect(await release.replicas()).toBe(2)

  await expect(release.upgrade({ replicaCount: 1 })).rejects.toThrow(/conflict .*spec\.replicas/)
  expect(await release.replicas()).toBe(2)
})

test.skipIf(HELM_3 === undefined)(
  'with Helm 3 an upgrade keeps what kubectl has scaled, and the number is 1 when it is handed over',
  async () => {
    await using release = await install(HELM_3!)
    await expectScaledNumbersToStay(release)

    await release.upgrade({ replicaCount: 1 })
    expect(await release.replicas()).toBe(1)

    await release.upgrade({ replicaCount: 2 })
    await release.upgrade({ replicaCount: 'null' })
    expect(await release.replicas()).toBe(1)
  },
)

async function install(helm: Helm): Promise<Release> {
  return Release.install(`scaled-${helm.name.replace(' ', '-')}`, { helm, hasRedis: true })
}

/**
 * One Deployment is scaled once, and the other twice: where nobody has set the number before, the API server names
 * kubectl as its owner only from the second scaling on.
 */
async function expectScaledNumbersToStay(release: Release): Promise<void> {
  await scale(release, release.deployment, 2)
  await scale(release, release.controller, 3)
  await scale(release, release.controller, 2)

  // It replaces the pods of both, so that Helm writes both Deployments.
  await release.upgrade({ logLevel: 'debug' })

  expect(await release.replicas()).toBe(2)
  expect(await release.replicas(release.controller)).toBe(2)
}

async function scale(release: Release, deployment: string, replicas: number): Promise<void> {
  await release.kubectl('scale', deployment, `--replicas=${replicas}`)
}
