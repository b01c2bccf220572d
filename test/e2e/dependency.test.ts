import { expect, test } from 'vitest'
import { HELMS } from '../../rig/release/helm.ts'
import { Release } from '../../rig/release/release.ts'
import { UmbrellaChart } from '../support/umbrella-chart.ts'

test.each(HELMS)('$name installs, tests and upgrades the dependency of a chart', async (helm) => {
  await using umbrella = await UmbrellaChart.create(helm, { condition: 'runnel.enabled' })
  await using release = await Release.install(`umbrella-${helm.name.replace(' ', '-')}`, {
    helm,
    umbrella: umbrella.path,
    values: { enabled: true },
  })

  await expect(release.test()).resolves.toBeUndefined()

  await release.upgrade({ logLevel: 'debug' })
  await expect(release.test()).resolves.toBeUndefined()
})
