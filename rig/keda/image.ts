import { copyFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildUnlessCached, digestOf } from '../build/cache.ts'
import { pathOf } from '../build/go-tools.ts'
import { archiveOf, buildImage, saveImage } from '../build/images.ts'
import { withScratchFolder } from '../build/scratch-folder.ts'
import { KEDA_ADAPTER, KEDA_OPERATOR, KEDA_TOOLS, KEDA_VERSION } from './tools.ts'

/** Holds both programs of KEDA, where KEDA's own manifests expect them. */
export const KEDA_IMAGE = `localhost/keda:${KEDA_VERSION}`

const DOCKERFILE = `FROM scratch
COPY ${KEDA_OPERATOR.name} /keda
COPY ${KEDA_ADAPTER.name} /keda-adapter
USER 65532
`

/** Builds the image from programs that are built already. Resolves to the outcome. */
export async function makeKedaImage(): Promise<string> {
  const programs = KEDA_TOOLS.map((tool) => pathOf(tool))
  const files = await Promise.all(programs.map(async (path) => stat(path)))
  const digest = await digestOf([], [DOCKERFILE, ...files.map(({ mtimeMs }) => String(mtimeMs))])
  return buildUnlessCached('keda-image', [archiveOf(KEDA_IMAGE)], digest, async () => {
    await withScratchFolder(async (folder) => {
      for (const tool of KEDA_TOOLS) await copyFile(pathOf(tool), join(folder, tool.name))
      await writeFile(join(folder, 'Dockerfile'), DOCKERFILE)
      await buildImage(KEDA_IMAGE, folder)
    })
    await saveImage(KEDA_IMAGE)
  })
}
