import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { REDIS_IMAGE } from './environment.ts'
import { kubectl, kubectlWith } from './kubectl.ts'

const MANIFEST = fileURLToPath(new URL('../../manifests/redis.yaml', import.meta.url))

/** Applies the manifest, with another image if there is one. Resolves when the server is ready. */
export async function applyRedis(namespace: string): Promise<void> {
  const text = await readFile(MANIFEST, 'utf8')
  const manifest =
    REDIS_IMAGE === undefined ? text : text.replaceAll(/(?<=image: ).*/g, REDIS_IMAGE)
  await kubectlWith(manifest, 'apply', '--namespace', namespace)
  const rollout = ['rollout', 'status', 'deployment/redis', '--timeout=2m']
  await kubectl(...rollout, '--namespace', namespace)
}
