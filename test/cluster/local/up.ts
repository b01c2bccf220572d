import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeBaseImage } from '../build/base-image.ts'
import { installPackages } from '../build/debian-packages.ts'
import { digestOf } from '../build/digest.ts'
import { buildGoTool, GO_TOOLS } from '../build/go-tools.ts'
import { prepareBuildah } from '../build/images.ts'
import { tearDown } from './down.ts'
import { makeIngressImage } from '../ingress-nginx/image.ts'
import { expectIngress, installIngress } from '../ingress-nginx/install.ts'
import { HERE, STATE } from '../layout.ts'
import { makeCgroup } from '../machine/cgroups.ts'
import { findLeftovers } from '../machine/leftovers.ts'
import { expectFreePorts, setUpNetwork } from '../machine/network.ts'
import { setSysctls } from '../machine/sysctls.ts'
import { startContainerRuntime } from '../node/container-runtime.ts'
import { startControlPlane } from '../node/control-plane.ts'
import { createIdentities } from '../node/identities.ts'
import { expectNodeReady, startNodeAgents } from '../node/node-agents.ts'
import type { Stages } from '../stages.ts'

/** Names what the running cluster was made from; written when it is complete. */
const NOTE = join(STATE, 'made-from')

/** Brings the cluster up. One that runs already is taken over if it is the same, else replaced. */
export async function bringUp(stages: Stages): Promise<void> {
  await buildParts(stages)
  const digest = await digestOf([HERE])
  if (await isRunning(digest)) {
    await stages.run('cluster', async () => 'runs already')
    return
  }
  if ((await findLeftovers()).length > 0) {
    await stages.run('remains of an earlier cluster', async () => {
      await tearDown()
      return 'removed'
    })
  }
  await stages.run('network', async () => {
    await expectFreePorts()
    await mkdir(STATE, { recursive: true, mode: 0o700 })
    await setSysctls()
    await makeCgroup()
    await setUpNetwork()
    return 'set up'
  })
  const identities = await createIdentities()
  await stages.run('control plane', async () => {
    await startControlPlane(identities)
    return 'ready'
  })
  await stages.run('node', async () => {
    await startContainerRuntime()
    await startNodeAgents(identities)
    return 'ready'
  })
  await stages.run('ingress', async () => {
    await installIngress()
    return 'answers'
  })
  await writeFile(NOTE, digest)
}

async function buildParts(stages: Stages): Promise<void> {
  await stages.run('Debian packages', installPackages)
  await prepareBuildah()
  for (const tool of GO_TOOLS) await stages.run(tool.name, async () => buildGoTool(tool))
  await stages.run('ingress-nginx', makeIngressImage)
  await stages.run('base image', makeBaseImage)
}

async function isRunning(digest: string): Promise<boolean> {
  const noted = await readFile(NOTE, 'utf8').catch(() => '')
  if (noted !== digest) return false
  try {
    await expectNodeReady()
    await expectIngress()
    return true
  } catch {
    return false
  }
}
