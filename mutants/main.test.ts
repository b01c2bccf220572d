/** The command, interrupted. */
import { once } from 'node:events'
import { mkdtempDisposable, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { spawnChild } from '../test/support/child-process.ts'

const ROOT = join(import.meta.dirname, '..')

test('an interrupted command says so, and leaves no copies', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'interrupted-'))
  const child = spawnChild(
    process.execPath,
    [join(ROOT, 'mutants/main.ts'), '--only', 'capacity/1'],
    {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: folder.path },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text
    // Often, as somebody does who has no patience; not once it has said that it ends, when nobody listens any more.
    if (told.includes('unchanged') && !told.includes('interrupted')) child.kill('SIGINT')
  })
  expect(await once(child, 'close')).toEqual([130, null])
  expect(told).toContain('mutants: interrupted')
  expect(await readdir(folder.path)).toEqual([])
})
