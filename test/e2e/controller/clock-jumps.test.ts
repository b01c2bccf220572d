import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { FleetNamespace } from './fleet-namespace.ts'

const SHIFTED_CLOCK = fileURLToPath(new URL('shifted-clock.ts', import.meta.url))

/** In ms. */
const DAY = 86_400_000

/** In ms. The controller looks at a fleet every five seconds. */
const TWO_LOOKS = 11_000

test('a clock that jumps neither ends a term nor shrinks a fleet, and the controller goes on', async () => {
  await using space = await FleetNamespace.open('runnel-e2e-clock')
  const account = await space.account({ name: 'controller' })
  const control = await space.control(account, {
    nodeFlags: [`--import=${SHIFTED_CLOCK}`],
    env: { CLOCK_JUMPS: `${DAY},${-2 * DAY}` },
  })
  // Nobody has streams, so that two of the four pods may go: in five minutes.
  await space.createDeployment('web', 4)
  await space.createFleet('web', { scaling: { provider: 'Direct' } })
  await space.reason('web', 'Ready', 'AsSpecified')

  for (const minReplicas of [5, 6]) {
    control.child.kill('SIGUSR2')
    await setTimeout(TWO_LOOKS)
    expect((await space.fleet('web')).status).toMatchObject({ replicas: minReplicas - 1 })

    const pods = { spec: { scaling: { minReplicas } } }
    await space.api.patch(space.path('streamcapacities', 'web'), pods)
    await eventually(async () => {
      const { status } = await space.fleet('web')
      expect(status).toMatchObject({ replicas: minReplicas, readyReplicas: minReplicas })
    })
    await space.api.patch(space.path('streamcapacities', 'web'), {
      spec: { scaling: { minReplicas: 2 } },
    })
  }
  // Its log lines show that the clock did jump: to tomorrow, and then to yesterday.
  const days = control.lines
    .filter(({ msg }) => msg === 'scaled')
    .map(({ time }) => Math.round((Date.parse(String(time)) - Date.now()) / DAY))
  expect(days).toEqual([1, -1])
  expect(control.isLeader).toBe(true)
  expect(control.lines.map(({ msg }) => msg)).not.toContain('not leading')
})
