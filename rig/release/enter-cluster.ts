import { buildGoTool, HELM_4, pathOf } from '../build/go-tools.ts'
import { chooseCluster } from '../choose-cluster.ts'
import { lockCluster } from '../lock.ts'
import { Stages } from '../stages.ts'
import type { Helm } from './helm.ts'

/** Whether the cluster that `CLUSTER` names runs. */
export async function isClusterUp(): Promise<boolean> {
  return chooseCluster(process.env).isUp()
}

let entered: Promise<Helm> | undefined

/**
 * Makes the cluster that runs the one of this process and its children, gives it an image of this checkout, and keeps
 * others from it until the process ends. Resolves to the Helm to install with. Of several calls the first one counts.
 */
export async function enterCluster(tell: (what: string) => void): Promise<Helm> {
  entered ??= enter(tell)
  return entered
}

async function enter(tell: (what: string) => void): Promise<Helm> {
  const { CLUSTER: choice, HELM: given } = process.env
  const cluster = chooseCluster(process.env)
  if (!(await cluster.isUp())) throw new Error('no cluster runs here: make cluster brings one up')
  // A cluster of your own may serve others, and whoever called `exec` has the lock already.
  if (choice !== 'existing') await lockCluster()
  const stages = new Stages(tell)
  const image = await cluster.provideImage(stages)
  if (given === undefined) await stages.run(HELM_4.name, async () => buildGoTool(HELM_4))
  // Both kubectl and Helm find the cluster by variables.
  Object.assign(process.env, cluster.env, { INGRESS_URL: cluster.ingressUrl, IMAGE: image })
  return { name: HELM_4.name, path: given ?? pathOf(HELM_4) }
}
