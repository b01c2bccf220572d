import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const PAGE = new URL('../../docs/controller-checklist.md', import.meta.url)
const RULES = 30

test('each of the thirty rules names tests, and all of them exist', async () => {
  const rows = (await readFile(PAGE, 'utf8')).split('\n').filter((line) => /^\| \d/.test(line))
  expect(rows.map((row) => Number(/\d+/.exec(row)?.[0]))).toEqual(
    Array.from({ length: RULES }, (_, index) => index + 1),
  )
  const tests = rows.map((row) => [...row.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => path))
  for (const paths of tests) expect(paths).not.toEqual([])
  const missing = tests.flat().filter((path) => !existsSync(new URL(path, PAGE)))
  expect(missing).toEqual([])
})
