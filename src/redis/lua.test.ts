import { expect, test } from 'vitest'
import { lua } from './lua.ts'

test('a text holds what is put into it, and runs the commands of both', () => {
  const inner = lua('GET')`redis.call('GET', key)`
  const outer = lua('TIME', 'GET')`redis.call('TIME') ${inner} ${1} ${'text'}`
  expect(outer.text).toBe("redis.call('TIME') redis.call('GET', key) 1 text")
  expect([...outer.commands]).toEqual(['TIME', 'GET'])
  expect(lua()`return 1`).toEqual({ text: 'return 1', commands: new Set() })
})
