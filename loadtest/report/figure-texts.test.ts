import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FIGURE_TEXTS } from './figure-texts.ts'

test('the README explains figures once each, under the names that the report has', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const explained = Array.from(readme.matchAll(/^- \*\*(.+?)\*\*/gm), ([, name]) => name!)
  expect(explained).toContain('lost')
  expect(explained).toEqual([...new Set(explained)])
  const heads = Object.values(FIGURE_TEXTS).map(({ head }) => head)
  const unknown = explained.filter((name) => !heads.some((head) => head.startsWith(name)))
  expect(unknown).toEqual([])
})
