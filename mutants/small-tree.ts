import { mkdtempDisposable, mkdir, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runCommand } from '../rig/run-command.ts'
import { TreeCopy } from './tree-copy.ts'

export interface SmallTree extends AsyncDisposable {
  readonly root: string
  readonly copy: TreeCopy
}

const CONFIG = "export default { test: { pool: 'forks', testTimeout: 600_000 } }\n"

/** A tree of a few files under git, with the packages of this one, and a copy of it. */
export async function makeSmallTree(files: Readonly<Record<string, string>>): Promise<SmallTree> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'small-tree-'))
  const root = join(folder.path, 'original')
  const all = { ...files, 'vitest.config.ts': CONFIG, '.gitignore': 'node_modules/\n' }
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  await symlink(join(import.meta.dirname, '../node_modules'), join(root, 'node_modules'))
  await runCommand('git', ['init', '--quiet'], { cwd: root })
  const copy = await TreeCopy.make(root, join(folder.path, 'copy'))
  return { root, copy, [Symbol.asyncDispose]: async () => folder.remove() }
}
