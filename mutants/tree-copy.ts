import {
  constants,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runCommand } from '../rig/run-command.ts'
import { applyEdit } from './apply-edit.ts'
import type { Edit } from './fault.ts'

/** A copy of the tree as it stands, in which faults are put while the tree itself stays as it is. */
export class TreeCopy {
  readonly root: string
  /** For the temporary files of tests. */
  readonly temporary: string

  private constructor(directory: string) {
    this.root = join(directory, 'tree')
    this.temporary = join(directory, 'tmp')
  }

  /** `directory` is made, and belongs to the copy. */
  static async make(tree: string, directory: string): Promise<TreeCopy> {
    const copy = new TreeCopy(directory)
    await mkdir(copy.temporary, { recursive: true })
    const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
    const files = (await runCommand('git', list, { cwd: tree })).split('\0')
    const folders = new Set(files.map((file) => dirname(file)))
    for (const folder of folders) await mkdir(join(copy.root, folder), { recursive: true })
    for (const file of files) await copy.#take(tree, file)
    await linkPackages(join(tree, 'node_modules'), join(copy.root, 'node_modules'))
    return copy
  }

  /** Runs `work` while the fault is in the copy. */
  async withFault<T>(edit: Edit, work: () => Promise<T>): Promise<T> {
    const path = join(this.root, edit.file)
    const text = await readFile(path, 'utf8')
    await writeFile(path, applyEdit(text, edit))
    try {
      return await work()
    } finally {
      await writeFile(path, text)
    }
  }

  async #take(tree: string, file: string): Promise<void> {
    // A link to packages elsewhere is no folder, and may pass for a file that git does not know.
    if (file === '' || file === 'node_modules') return
    try {
      await copyFile(join(tree, file), join(this.root, file), constants.COPYFILE_FICLONE)
    } catch (error) {
      // A file that was deleted, but not yet from the index.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
}

/** A folder of links, so that what a test runner writes beside the packages stays in the copy. */
async function linkPackages(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true })
  await mkdir(to)
  for (const name of await readdir(from)) {
    // Caches of the tools.
    if (name.startsWith('.') && name !== '.bin') continue
    await symlink(join(from, name), join(to, name))
  }
}
