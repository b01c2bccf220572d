import { mkdir, rm } from 'node:fs/promises'

/** Everyone may enter the folder, because mmdebstrap works as another user. */
const FOLDER = '/tmp/runnel-cluster-work'

/** Calls `use` with an empty folder. Leftovers of an interrupted use are removed first. */
export async function withScratchFolder(use: (path: string) => Promise<void>): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true })
  await mkdir(FOLDER, { mode: 0o755 })
  try {
    await use(FOLDER)
  } finally {
    await rm(FOLDER, { recursive: true, force: true })
  }
}
