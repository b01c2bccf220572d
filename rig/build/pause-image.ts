import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildImage, saveImage } from './images.ts'
import { withScratchFolder } from './scratch-folder.ts'

/** Builds the image of the container that holds a pod's namespaces. Resolves to its archive. */
export async function writePauseImage(name: string, program: string): Promise<string> {
  await withScratchFolder(async (folder) => {
    await copyFile(program, join(folder, 'pause'))
    const lines = ['FROM scratch', 'COPY pause /pause', 'USER 65532', 'ENTRYPOINT ["/pause"]']
    await writeFile(join(folder, 'Dockerfile'), `${lines.join('\n')}\n`)
    await buildImage(name, folder)
  })
  return saveImage(name)
}
