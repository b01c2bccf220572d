import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CACHE } from '../layout.ts'
import { runCommand, tryCommand } from '../run-command.ts'

/** Without it, no image is there. */
export const STORAGE = join(CACHE, 'storage.conf')
const IMAGES = join(CACHE, 'images')

/**
 * What makes buildah keep its layers in the cache, away from those of the machine's user, and run steps
 * in a plain chroot, which works in containers too.
 */
export const BUILDAH_ENV: Readonly<Record<string, string>> = {
  CONTAINERS_STORAGE_CONF: STORAGE,
  BUILDAH_ISOLATION: 'chroot',
}

export async function prepareBuildah(): Promise<void> {
  await mkdir(IMAGES, { recursive: true })
  const layers = join(CACHE, 'layers')
  const storage = { driver: 'overlay', graphroot: layers, runroot: join(CACHE, 'layers-run') }
  const lines = Object.entries(storage).map(([name, value]) => `${name} = "${value}"`)
  await writeFile(STORAGE, `[storage]\n${lines.join('\n')}\n`)
}

/** Builds an image from a folder with a Dockerfile; nothing is pulled. */
export async function buildImage(name: string, folder: string): Promise<void> {
  const args = ['build', '--pull=never', '--quiet', '--tag', name, folder]
  await runCommand('buildah', args, { env: BUILDAH_ENV })
}

/** Writes an image to an archive in the cache, from where a container runtime takes it. */
export async function saveImage(name: string): Promise<string> {
  const archive = archiveOf(name)
  // Buildah does not write over one that exists.
  await rm(archive, { force: true })
  const target = `docker-archive:${archive}:${name}`
  await runCommand('buildah', ['push', '--quiet', name, target], { env: BUILDAH_ENV })
  // The image that had the name before is of no more use.
  await tryCommand('buildah', ['rmi', '--prune'], { env: BUILDAH_ENV })
  return archive
}

export function archiveOf(name: string): string {
  return join(IMAGES, `${name.replaceAll(/[^a-z0-9.]+/g, '-')}.tar`)
}
