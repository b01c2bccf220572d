import { copyFile, readFile, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PROJECT } from '../paths.ts'
import { runCommand } from '../run-command.ts'
import { buildImage, STORAGE } from './images.ts'
import { buildUnlessCached, digestOf } from './cache.ts'
import { withScratchFolder } from './scratch-folder.ts'

/** Stands in for the Dockerfile's base image, `node:24-bookworm-slim`, where nothing can be pulled. */
export const BASE_IMAGE = 'localhost/runnel-base:node-24-bookworm-slim'

/** Runs the build inside the image; pinned, as Node is. */
const NPM = 'npm@11.19.1'

const PACKAGES = ['ca-certificates', 'libstdc++6']

/**
 * The image trusts the authorities that this machine trusts: behind a proxy that signs for the registry, npm
 * inside the build must trust the proxy as well.
 */
const DOCKERFILE = `FROM scratch
ADD rootfs.tar /
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY authorities.crt /etc/ssl/certs/ca-certificates.crt
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
`

/** Builds the image from Debian's packages, the project's own Node and npm's package of itself. */
export async function makeBaseImage(): Promise<string> {
  const node = await realpath(join(PROJECT, 'node_modules/node/bin/node'))
  const authorities = '/etc/ssl/certs/ca-certificates.crt'
  const facts = [DOCKERFILE, NPM, ...PACKAGES, await readFile(authorities, 'utf8')]
  const version = await runCommand(node, ['--version'])
  return buildUnlessCached(
    'base-image',
    [STORAGE],
    await digestOf([], [...facts, version]),
    async () => {
      await withScratchFolder(async (folder) => fill(folder, { node, authorities }))
    },
  )
}

async function fill(
  folder: string,
  { node, authorities }: { node: string; authorities: string },
): Promise<void> {
  const inside = (name: string) => join(folder, name)
  await runCommand('mmdebstrap', [
    '--quiet',
    '--variant=minbase',
    `--include=${PACKAGES.join(',')}`,
    'bookworm',
    inside('rootfs.tar'),
  ])
  await copyFile(node, inside('node'))
  await copyFile(authorities, inside('authorities.crt'))
  const archive = await runCommand('npm', ['pack', '--silent', NPM], { cwd: folder })
  await runCommand('tar', ['--extract', '--file', archive.trim()], { cwd: folder })
  await runCommand('mv', ['package', 'npm'], { cwd: folder })
  await writeFile(inside('Dockerfile'), DOCKERFILE)
  await buildImage(BASE_IMAGE, folder)
}
