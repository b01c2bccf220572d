import { expect, test } from 'vitest'
import { randomId } from './random-id.ts'

test('ids have the length asked for and use the whole alphabet of epochs', () => {
  const characters = new Set<string>()
  for (let count = 0; count < 1_000; count++) {
    const id = randomId(8)
    expect(id).toMatch(/^[0-9A-Za-z]{8}$/)
    for (const character of id) characters.add(character)
  }
  expect(characters.size).toBe(62)
})

test('no two ids of a thousand are equal', () => {
  expect(new Set(Array.from({ length: 1_000 }, () => randomId(8))).size).toBe(1_000)
})
