import { mkdir, rm } from 'node:fs/promises'

/** In a folder that everyone may enter: mmdebstrap works as another user. */
const FOLDER = '/tmp/runnel-cluster-work'

/** Lends an empty folder. What an interrupted use has left is removed first. */
export async function withWorkFolder(use: (path: string) => Promise<void>): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true })
  await mkdir(FOLDER, { mode: 0o755 })
  try {
    await use(FOLDER)
  } finally {
    await rm(FOLDER, { recursive: true, force: true })
  }
}
