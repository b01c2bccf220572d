import { expect, test } from 'vitest'
import { CONFIG_MAP, SCALED_OBJECT } from '../objects/children.ts'
import type { Kind } from '../objects/kind.ts'
import { collectionPath, objectPath, versionPath, withQuery } from './resource-path.ts'

const NODE: Kind = { ...CONFIG_MAP, kind: 'Node', plural: 'nodes', isNamespaced: false }

test.each([
  [versionPath(CONFIG_MAP), '/api/v1'],
  [versionPath(SCALED_OBJECT), '/apis/keda.sh/v1alpha1'],
  [collectionPath(CONFIG_MAP, 'a'), '/api/v1/namespaces/a/configmaps'],
  [collectionPath(CONFIG_MAP, undefined), '/api/v1/configmaps'],
  [collectionPath(NODE, 'a'), '/api/v1/nodes'],
  [
    objectPath(CONFIG_MAP, { namespace: 'a', name: 'b:c' }),
    '/api/v1/namespaces/a/configmaps/b%3Ac',
  ],
  [objectPath(NODE, { name: 'b' }), '/api/v1/nodes/b'],
  [
    objectPath(SCALED_OBJECT, { namespace: 'a', name: 'b' }, 'status'),
    '/apis/keda.sh/v1alpha1/namespaces/a/scaledobjects/b/status',
  ],
  [withQuery('/x', { a: undefined, limit: 5, force: true }), '/x?limit=5&force=true'],
  [
    withQuery('/x', { labelSelector: 'a in (b,c),d!=e' }),
    '/x?labelSelector=a+in+%28b%2Cc%29%2Cd%21%3De',
  ],
  [withQuery('/x', { a: undefined }), '/x'],
])('%s', (path, expected) => {
  expect(path).toBe(expected)
})

test.each(['', '.', '..', 'a/b', '%2e'])('no path is made of the name "%s"', (name) => {
  expect(() => objectPath(CONFIG_MAP, { namespace: 'a', name })).toThrow(
    expect.objectContaining({ name: 'ClusterError', reason: 'invalid' }),
  )
  expect(() => collectionPath(CONFIG_MAP, name)).toThrow(
    expect.objectContaining({ name: 'ClusterError', reason: 'invalid' }),
  )
})

test('an object of a namespaced kind needs a namespace', () => {
  expect(() => objectPath(CONFIG_MAP, { name: 'a' })).toThrow('ConfigMap a needs a namespace.')
})
