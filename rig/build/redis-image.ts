import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { archiveOf, buildImage, saveImage } from './images.ts'
import { buildUnlessCached, digestOf } from './cache.ts'
import { withScratchFolder } from './scratch-folder.ts'
import { runCommand } from '../run-command.ts'

/** Replaces the image in `manifests/redis.yaml`, which cannot be pulled. */
export const REDIS_IMAGE = 'localhost/redis:bookworm'

/** Arguments of a container go to the server, as with the image that it replaces. */
const DOCKERFILE = `FROM scratch
ADD rootfs.tar /
WORKDIR /data
USER redis
ENTRYPOINT ["/usr/bin/redis-server"]
`

/** Builds an image with Debian's Redis. Resolves to the outcome. */
export async function makeRedisImage(): Promise<string> {
  const digest = await digestOf([], [DOCKERFILE])
  return buildUnlessCached('redis', [archiveOf(REDIS_IMAGE)], digest, async () => {
    await withScratchFolder(async (folder) => {
      await runCommand('mmdebstrap', [
        '--quiet',
        '--variant=essential',
        '--include=redis-server',
        '--dpkgopt=path-exclude=/usr/share/doc/*',
        '--dpkgopt=path-exclude=/usr/share/man/*',
        '--dpkgopt=path-exclude=/usr/share/locale/*',
        'bookworm',
        join(folder, 'rootfs.tar'),
      ])
      await writeFile(join(folder, 'Dockerfile'), DOCKERFILE)
      await buildImage(REDIS_IMAGE, folder)
      await saveImage(REDIS_IMAGE)
    })
  })
}
