import { expect, test } from 'vitest'
import { CONFIG_MAP, type ConfigMap } from '../objects/children.ts'
import { ObjectCopy } from './object-copy.ts'

test('an event from before the list brings no object back that the list had not', () => {
  const copy = new ObjectCopy<ConfigMap>()
  copy.replaceAll([object('a', '7')], '10')

  expect(copy.apply('added', object('gone', '9'))).toBeUndefined()
  expect(copy.apply('deleted', object('a', '6'))).toBeUndefined()
  expect(copy.list()).toEqual([object('a', '7')])
  expect(copy.apply('added', object('new', '11'))).toEqual({ namespace: 'fleet', name: 'new' })
})

test('a list is the truth, though it counts from an earlier version', () => {
  const copy = new ObjectCopy<ConfigMap>()
  copy.replaceAll([object('a', '1000'), object('b', '1001')], '1001')
  copy.apply('deleted', object('deleted', '1002'))

  const changed = copy.replaceAll([object('a', '3')], '4').map(({ name }) => name)

  expect(changed).toEqual(['a', 'b'])
  expect(copy.list()).toEqual([object('a', '3')])
  expect(copy.apply('modified', object('a', '5'))?.name).toBe('a')
  expect(copy.apply('added', object('deleted', '6'))?.name).toBe('deleted')
})

function object(name: string, resourceVersion: string): ConfigMap {
  return CONFIG_MAP.schema.parse({ metadata: { namespace: 'fleet', name, resourceVersion } })
}
