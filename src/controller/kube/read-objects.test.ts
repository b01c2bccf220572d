import { expect, test } from 'vitest'
import { CONFIG_MAP } from '../objects/children.ts'
import { readPage } from './read-objects.ts'

test('other work has its turns while a long list is read', async () => {
  const items = Array.from({ length: 500 }, (_, index) => ({ metadata: { name: `m-${index}` } }))
  let turns = 0
  let isRead = false
  const count = () => {
    turns++
    if (!isRead) setImmediate(count)
  }
  setImmediate(count)
  const page = await readPage(CONFIG_MAP, { metadata: { resourceVersion: '7' }, items })
  isRead = true
  expect(page).toEqual({ items, resourceVersion: '7', continueToken: undefined })
  expect(turns).toBeGreaterThanOrEqual(10)
})

test('an empty list of the API server may be null', async () => {
  const list = { metadata: { resourceVersion: '7', continue: 'c' }, items: null }
  expect(await readPage(CONFIG_MAP, list)).toEqual({
    items: [],
    resourceVersion: '7',
    continueToken: 'c',
  })
})
