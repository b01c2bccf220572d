import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeBaseImage } from '../build/base-image.ts'
import { installPackages } from '../build/debian-packages.ts'
import { digestOf } from '../build/digest.ts'
import { buildGoTool, GO_TOOLS } from '../build/go-tools.ts'
import { archiveOf, prepareBuildah } from '../build/images.ts'
import { tearDown } from './down.ts'
import { makeIngressImage } from '../ingress-nginx/image.ts'
import { expectIngress, installIngress } from '../ingress-nginx/install.ts'
import { HERE, STATE } from '../layout.ts'
import { makeCgroup } from '../machine/cgroups.ts'
import { loadModules } from '../machine/kernel.ts'
import { findLeftovers } from '../machine/leftovers.ts'
import { expectFreePorts, forwardWarning, setUpNetwork } from '../machine/network.ts'
import { setSysctls } from '../machine/sysctls.ts'
import { importImage, startContainerRuntime } from '../node/container-runtime.ts'
import { startControlPlane } from '../node/control-plane.ts'
import { expectAllRunning } from '../node/health.ts'
import { createIdentities } from '../node/identities.ts'
import { startNodeAgents } from '../node/node-agents.ts'
import { makeRedisImage, REDIS_IMAGE } from '../redis/image.ts'
import type { Stages } from '../stages.ts'

/** Names what the running cluster was made from; written when it is complete. */
const NOTE = join(STATE, 'made-from')

/** Brings the cluster up. One that runs already is taken over if it is the same and well, else replaced. */
export async function bringUp(stages: Stages): Promise<void> {
  // Before anything is built or installed.
  await loadModules()
  const isThere = (await findLeftovers()).length > 0
  if (!isThere) await expectFreePorts()
  await buildParts(stages)
  const digest = await digestOf([HERE])
  if (await isRunning(digest)) {
    await stages.run('cluster', async () => 'runs already')
    return
  }
  if (isThere) {
    await stages.run('remains of an earlier cluster', async () => {
      await tearDown()
      await expectFreePorts()
      return 'removed'
    })
  }
  await start(stages)
  await writeFile(NOTE, digest)
  const warning = await forwardWarning()
  if (warning !== undefined) stages.warn(warning)
}

async function start(stages: Stages): Promise<void> {
  await stages.run('network', async () => {
    await mkdir(STATE, { recursive: true, mode: 0o700 })
    await setSysctls()
    await makeCgroup()
    await setUpNetwork()
    return 'set up'
  })
  await stages.run('control plane and node', async () => {
    const identities = await createIdentities()
    await startControlPlane(identities)
    await startContainerRuntime()
    await startNodeAgents(identities)
    return 'ready'
  })
  await stages.run('ingress', async () => {
    await installIngress()
    return 'answers'
  })
  await stages.run('redis', async () => {
    await importImage(archiveOf(REDIS_IMAGE))
    return `${REDIS_IMAGE} is on the node`
  })
}

async function buildParts(stages: Stages): Promise<void> {
  await stages.run('Debian packages', installPackages)
  await prepareBuildah()
  for (const tool of GO_TOOLS) await stages.run(tool.name, async () => buildGoTool(tool))
  await stages.run('ingress-nginx', makeIngressImage)
  await stages.run('redis image', makeRedisImage)
  await stages.run('base image', makeBaseImage)
}

async function isRunning(digest: string): Promise<boolean> {
  const noted = await readFile(NOTE, 'utf8').catch(() => '')
  if (noted !== digest) return false
  try {
    await expectAllRunning()
    await expectIngress()
    return true
  } catch {
    return false
  }
}
