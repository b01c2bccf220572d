import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CACHE } from '../paths.ts'
import { runCommand, tryCommand } from '../run-command.ts'

/** The configuration of buildah's storage, which holds the images. */
export const STORAGE = join(CACHE, 'storage.conf')
const IMAGES = join(CACHE, 'images')

/**
 * With these variables buildah keeps its layers in the cache, apart from those of the machine's user, and runs
 * steps in a plain chroot, which works in containers too.
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

/** Writes an image to an archive in the cache, which a container runtime can import. */
export async function saveImage(name: string): Promise<string> {
  const archive = archiveOf(name)
  // Buildah does not overwrite an archive.
  await rm(archive, { force: true })
  const target = `docker-archive:${archive}:${name}`
  await runCommand('buildah', ['push', '--quiet', name, target], { env: BUILDAH_ENV })
  // The previous image of this name is no longer needed.
  await tryCommand('buildah', ['rmi', '--prune'], { env: BUILDAH_ENV })
  return archive
}

export function archiveOf(name: string): string {
  return join(IMAGES, `${name.replaceAll(/[^a-z0-9.]+/g, '-')}.tar`)
}
