import type { Cluster } from './cluster.ts'
import { runCommand, tryCommand } from './run-command.ts'

/** A cluster of your own, which KUBECONFIG names. The rig changes nothing in it. */
export function existingCluster(env: NodeJS.ProcessEnv): Cluster {
  const { INGRESS_URL: ingressUrl, IMAGE: image } = env
  if (ingressUrl === undefined) {
    throw new Error('expected INGRESS_URL to say where its ingress answers: http://192.0.2.7')
  }
  return {
    ingressUrl,
    env: {},

    async isUp() {
      return (await tryCommand('kubectl', ['get', 'ingressclass', 'nginx'])) !== ''
    },

    async up(stages) {
      await stages.run('existing cluster', async () => {
        const version = await runCommand('kubectl', ['version', '--output=json'])
        await runCommand('kubectl', ['get', 'ingressclass', 'nginx'])
        const { serverVersion } = JSON.parse(version) as { serverVersion: { gitVersion: string } }
        return `Kubernetes ${serverVersion.gitVersion}`
      })
    },

    async provideImage() {
      if (image !== undefined) return image
      throw new Error('expected IMAGE to name an image that the cluster can pull: see make image')
    },

    async down() {
      return "the cluster is not the rig's to end"
    },
  }
}
