import { BASE_IMAGE } from '../build/base-image.ts'
import { buildUnlessCached } from '../build/cache.ts'
import { isGoToolCached } from '../build/go-tools.ts'
import { archiveOf, BUILDAH_ENV, saveImage } from '../build/images.ts'
import type { Cluster } from '../cluster.ts'
import { ETCD_URL, INGRESS_URL, NETWORK } from '../addresses.ts'
import { KEDA_IMAGE, makeKedaImage } from '../keda/image.ts'
import { writeKedaManifest } from '../keda/manifest.ts'
import { KEDA_TOOLS } from '../keda/tools.ts'
import { AUDIT_LOG, BIN, CERTIFICATES, KUBECONFIG } from '../paths.ts'
import { obstacleToContainers } from '../machine/kernel.ts'
import { importImage } from '../node/container-runtime.ts'
import { buildProjectImage, projectImageDigest, projectImageName } from '../build/project-image.ts'
import { REDIS_IMAGE } from '../build/redis-image.ts'
import { JAEGER_IMAGE } from '../telemetry/jaeger-image.ts'
import { findLeftovers, tearDown } from './teardown.ts'
import { bringUp, isUp } from './up.ts'

const NO_PROXY = [process.env['NO_PROXY'] ?? '', NETWORK, '127.0.0.1'].join(',')

/** A cluster whose one node is this machine, built from Go modules and Debian packages. */
export const localCluster: Cluster = {
  ingressUrl: INGRESS_URL,
  env: {
    KUBECONFIG,
    PATH: `${BIN}:${process.env['PATH']}`,
    // A proxy that this machine uses cannot reach the cluster.
    NO_PROXY,
    no_proxy: NO_PROXY,
    REDIS_IMAGE,
    JAEGER_IMAGE,
    AUDIT_LOG,
    ETCD_URL,
    ETCD_CERTIFICATES: CERTIFICATES,
  },

  isUp,

  async up(stages) {
    const obstacle = await obstacleToContainers()
    if (obstacle !== undefined) throw new Error(obstacle)
    await bringUp(stages)
  },

  async provideImage(stages) {
    const name = await projectImageName()
    await stages.run('image', async () => {
      const archive = archiveOf(name)
      const outcome = await buildUnlessCached(
        'project-image',
        [archive],
        await projectImageDigest(),
        async () => {
          const variables = [`BASE_IMAGE=${BASE_IMAGE}`, 'BUILDER=buildah']
          await buildProjectImage(name, variables, BUILDAH_ENV)
          await saveImage(name)
        },
      )
      await importImage(archive)
      return `${name} is on the node, ${outcome}`
    })
    return name
  },

  async provideKeda(stages) {
    const areBuilt = await Promise.all(KEDA_TOOLS.map(async (tool) => isGoToolCached(tool)))
    if (areBuilt.includes(false)) return undefined
    await stages.run('KEDA', async () => {
      await makeKedaImage()
      await importImage(archiveOf(KEDA_IMAGE))
      return `${KEDA_IMAGE} is on the node`
    })
    return writeKedaManifest()
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
