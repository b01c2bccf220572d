import { BASE_IMAGE } from '../build/base-image.ts'
import { BUILDAH_ENV, saveImage } from '../build/images.ts'
import type { Cluster } from '../cluster.ts'
import { INGRESS_URL, NETWORK } from '../addresses.ts'
import { BIN, KUBECONFIG, PROJECT } from '../layout.ts'
import { findLeftovers } from '../machine/leftovers.ts'
import { obstacleToContainers } from '../machine/requirements.ts'
import { importImage } from '../node/container-runtime.ts'
import { projectVersion } from '../project-version.ts'
import { REDIS_IMAGE } from '../redis/image.ts'
import { runCommand } from '../run-command.ts'
import { tearDown } from './down.ts'
import { bringUp } from './up.ts'

const NO_PROXY = [process.env['NO_PROXY'] ?? '', NETWORK, '127.0.0.1'].join(',')

/** One node on this very machine, built from Go modules and Debian packages. */
export const localCluster: Cluster = {
  ingressUrl: INGRESS_URL,
  env: {
    KUBECONFIG,
    PATH: `${BIN}:${process.env['PATH']}`,
    // A proxy of this machine's knows no way to the cluster.
    NO_PROXY,
    no_proxy: NO_PROXY,
    REDIS_IMAGE,
  },

  async up(stages) {
    const obstacle = await obstacleToContainers()
    if (obstacle !== undefined) throw new Error(obstacle)
    await bringUp(stages)
  },

  async provideImage(stages) {
    // The name that the chart has by default, as a container runtime completes it.
    const name = `docker.io/library/runnel:${await projectVersion()}`
    await stages.run('image', async () => {
      const settings = [`IMAGE=${name}`, `BASE_IMAGE=${BASE_IMAGE}`, 'BUILDER=buildah']
      await runCommand('make', ['--no-print-directory', 'image', ...settings], {
        cwd: PROJECT,
        env: BUILDAH_ENV,
      })
      await importImage(await saveImage(name))
      return `${name} is on the node`
    })
    return name
  },

  async down() {
    const obstacle = await obstacleToContainers()
    if (obstacle !== undefined) return `there is no cluster: ${obstacle}`
    const found = await findLeftovers()
    if (found.length === 0) return 'there is no cluster'
    await tearDown()
    const left = await findLeftovers()
    if (left.length > 0) throw new Error(`these are left over:\n${left.join('\n')}`)
    return `ended; of ${found.length} processes, mounts, links, routes and the like none is left`
  },
}
