import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeBaseImage } from '../build/base-image.ts'
import { digestOf } from '../build/cache.ts'
import { installPackages } from '../build/debian-packages.ts'
import { buildGoTool, GO_TOOLS } from '../build/go-tools.ts'
import { archiveOf, prepareBuildah } from '../build/images.ts'
import { makeIngressImage } from '../ingress-nginx/image.ts'
import { expectIngress, installIngress } from '../ingress-nginx/install.ts'
import { RIG, STATE } from '../paths.ts'
import { makeCgroup } from '../machine/cgroups.ts'
import { loadModules } from '../machine/kernel.ts'
import { expectFreePorts, forwardWarning, setUpNetwork } from '../machine/network.ts'
import { setSysctls } from '../machine/sysctls.ts'
import { importImage, startContainerRuntime } from '../node/container-runtime.ts'
import { startControlPlane } from '../node/control-plane.ts'
import { expectAllRunning } from '../node/health.ts'
import { createIdentities } from '../node/identities.ts'
import { startNodeAgents } from '../node/node-agents.ts'
import { makeRedisImage, REDIS_IMAGE } from '../build/redis-image.ts'
import type { Stages } from '../stages.ts'
import { JAEGER_IMAGE, makeJaegerImage } from '../telemetry/jaeger-image.ts'
import { JAEGER } from '../telemetry/tools.ts'
import { findLeftovers, tearDown } from './teardown.ts'

/** Holds the digest of the code that started the running cluster; written when the cluster is complete. */
const DIGEST_FILE = join(STATE, 'made-from')

/**
 * Brings the cluster up. A running cluster of the same code is kept if it is healthy, and replaced
 * otherwise.
 */
export async function bringUp(stages: Stages): Promise<void> {
  // A machine that cannot run the cluster fails here, before anything is built or installed.
  await loadModules()
  const isThere = (await findLeftovers()).length > 0
  if (!isThere) await expectFreePorts()
  await buildParts(stages)
  const digest = await digestOf([RIG])
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
  await writeFile(DIGEST_FILE, digest)
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
  for (const image of [REDIS_IMAGE, JAEGER_IMAGE]) {
    await stages.run(image, async () => {
      await importImage(archiveOf(image))
      return 'is on the node'
    })
  }
}

async function buildParts(stages: Stages): Promise<void> {
  await stages.run('Debian packages', installPackages)
  await prepareBuildah()
  for (const tool of [...GO_TOOLS, JAEGER]) {
    await stages.run(tool.name, async () => buildGoTool(tool))
  }
  await stages.run('ingress-nginx', makeIngressImage)
  await stages.run('redis image', makeRedisImage)
  await stages.run('jaeger image', makeJaegerImage)
  await stages.run('base image', makeBaseImage)
}

async function isRunning(digest: string): Promise<boolean> {
  const noted = await readFile(DIGEST_FILE, 'utf8').catch(() => '')
  return noted === digest && (await isUp())
}

/** Whether all of a cluster runs and its ingress answers, whatever code started it. */
export async function isUp(): Promise<boolean> {
  try {
    await expectAllRunning()
    await expectIngress()
    return true
  } catch {
    return false
  }
}
