import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { INGRESS_URL, INGRESS_HTTP_PORT } from './addresses.ts'
import type { Cluster } from './cluster.ts'
import { CACHE } from './paths.ts'
import { buildProjectImage, projectImageName } from './build/project-image.ts'
import { runCommand, tryCommand } from './run-command.ts'

const NAME = 'runnel'
/** A file of our own, so that the user's kubeconfig stays as it is. */
const KUBECONFIG = join(CACHE, 'kind.conf')

/** The last release of ingress-nginx, which is archived: for throw-away clusters only. */
const INGRESS =
  'https://raw.githubusercontent.com/kubernetes/ingress-nginx/controller-v1.15.1/deploy/static/provider/kind/deploy.yaml'

/** The ingress of kind listens on port 80 of nodes with this label. */
const CONFIG = {
  kind: 'Cluster',
  apiVersion: 'kind.x-k8s.io/v1alpha4',
  nodes: [
    {
      role: 'control-plane',
      labels: { 'ingress-ready': 'true' },
      extraPortMappings: [
        { containerPort: 80, hostPort: INGRESS_HTTP_PORT, listenAddress: '127.0.0.1' },
      ],
    },
  ],
}

/** A cluster of the command `kind`, whose node is a container of docker or podman. */
export const kindCluster: Cluster = {
  ingressUrl: INGRESS_URL,
  env: { KUBECONFIG },

  async isUp() {
    const clusters = await tryCommand('kind', ['get', 'clusters'])
    return clusters.split('\n').includes(NAME)
  },

  async up(stages) {
    await stages.run('kind', async () => {
      const isThere = await kindCluster.isUp()
      if (!isThere) {
        const input = JSON.stringify(CONFIG)
        const flags = ['--name', NAME, '--config=-', '--kubeconfig', KUBECONFIG]
        await runCommand('kind', ['create', 'cluster', ...flags], { input })
      }
      await mkdir(CACHE, { recursive: true })
      await writeFile(KUBECONFIG, await runCommand('kind', ['get', 'kubeconfig', '--name', NAME]))
      return isThere ? 'runs already' : 'ready'
    })
    await stages.run('ingress', async () => {
      const env = { KUBECONFIG }
      await runCommand('kubectl', ['apply', '--filename', INGRESS], { env })
      const rollout = ['rollout', 'status', 'deployment/ingress-nginx-controller']
      await runCommand('kubectl', [...rollout, '--namespace=ingress-nginx', '--timeout=5m'], {
        env,
      })
      return 'ready'
    })
  },

  async provideImage(stages) {
    const name = await projectImageName()
    await stages.run('image', async () => {
      await buildProjectImage(name)
      await runCommand('kind', ['load', 'docker-image', name, '--name', NAME])
      return `${name} is on the node`
    })
    return name
  },

  async down() {
    await runCommand('kind', ['delete', 'cluster', '--name', NAME, '--kubeconfig', KUBECONFIG])
    return 'ended'
  },
}
