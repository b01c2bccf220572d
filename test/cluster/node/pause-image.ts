import { copyFile, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildImage, saveImage } from '../build/images.ts'

/** Makes the image of the container that holds a pod's namespaces; returns its archive. */
export async function writePauseImage(name: string, program: string): Promise<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'runnel-pause-'))
  await copyFile(program, join(folder.path, 'pause'))
  const lines = ['FROM scratch', 'COPY pause /pause', 'USER 65532', 'ENTRYPOINT ["/pause"]']
  await writeFile(join(folder.path, 'Dockerfile'), `${lines.join('\n')}\n`)
  await buildImage(name, folder.path)
  return saveImage(name)
}
