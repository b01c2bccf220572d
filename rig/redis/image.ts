import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf } from '../build/digest.ts'
import { archiveOf, buildImage, saveImage } from '../build/images.ts'
import { keep } from '../build/kept.ts'
import { withWorkFolder } from '../build/work-folder.ts'
import { runCommand } from '../run-command.ts'

/** Stands in for the image in `manifests/redis.yaml`, which cannot be pulled. */
export const REDIS_IMAGE = 'localhost/redis:bookworm'

/** Arguments of a container go to the server, as they do with the image that it stands in for. */
const DOCKERFILE = `FROM scratch
ADD rootfs.tar /
WORKDIR /data
USER redis
ENTRYPOINT ["/usr/bin/redis-server"]
`

/** Debian's Redis. Returns how it went. */
export async function makeRedisImage(): Promise<string> {
  const digest = await digestOf([], [DOCKERFILE])
  return keep('redis', [archiveOf(REDIS_IMAGE)], digest, async () => {
    await withWorkFolder(async (folder) => {
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
