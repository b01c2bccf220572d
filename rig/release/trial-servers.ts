import { readFile } from 'node:fs/promises'
import { jaegerImage, redisImage } from './environment.ts'
import { kubectl, kubectlWith } from './kubectl.ts'

const IMAGES = { redis: redisImage, jaeger: jaegerImage }

/** Applies a manifest of a server, with another image if there is one. Resolves when the server is ready. */
export async function applyServer(name: keyof typeof IMAGES, namespace: string): Promise<void> {
  const text = await readFile(new URL(`../../manifests/${name}.yaml`, import.meta.url), 'utf8')
  const image = IMAGES[name]()
  const manifest = image === undefined ? text : text.replaceAll(/(?<=image: ).*/g, image)
  await kubectlWith(manifest, 'apply', '--namespace', namespace)
  const rollout = ['rollout', 'status', `deployment/${name}`, '--timeout=2m']
  await kubectl(...rollout, '--namespace', namespace)
}
