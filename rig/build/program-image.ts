import { copyFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildUnlessCached, digestOf } from './cache.ts'
import { pathOf, type GoTool } from './go-tools.ts'
import { archiveOf, buildImage, saveImage } from './images.ts'
import { withScratchFolder } from './scratch-folder.ts'

export interface ProgramImage {
  readonly name: string
  /** Its programs, which are built already. The Dockerfile copies them by their names. */
  readonly programs: readonly GoTool[]
  readonly dockerfile: string
}

/** Builds an image, and saves it under `cacheName` unless it is cached. Resolves to the outcome. */
export async function makeProgramImage(
  cacheName: string,
  { name, programs, dockerfile }: ProgramImage,
): Promise<string> {
  const files = await Promise.all(programs.map(async (program) => stat(pathOf(program))))
  const digest = await digestOf([], [dockerfile, ...files.map(({ mtimeMs }) => String(mtimeMs))])
  return buildUnlessCached(cacheName, [archiveOf(name)], digest, async () => {
    await withScratchFolder(async (folder) => {
      for (const program of programs) await copyFile(pathOf(program), join(folder, program.name))
      await writeFile(join(folder, 'Dockerfile'), dockerfile)
      await buildImage(name, folder)
    })
    await saveImage(name)
  })
}
