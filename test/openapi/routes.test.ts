import type { Router } from '@koa/router'
import { expect, test } from 'vitest'
import description from '../../docs/openapi.json' with { type: 'json' }
import { adminRoutes } from '../../src/http/admin/admin-app.ts'
import type { Service } from '../../src/http/service.ts'
import { publicRoutes } from '../../src/http/public-app.ts'

/** Enough to make the routes, whose handlers are never called. */
const service = {} as Service
const nobody = () => {
  throw new Error('expected nobody to ask')
}

/** `get /stream/{channel}` and so on. That HEAD goes with GET is said once in the description. */
function routesOf(router: Router): readonly string[] {
  return router.stack.flatMap(({ methods, path }) =>
    methods
      .filter((method) => method !== 'HEAD')
      .map((method) => `${method.toLowerCase()} ${String(path).replaceAll(/:(\w+)/g, '{$1}')}`),
  )
}

interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
}

const paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> = description.paths

function describedWith(...tags: readonly string[]): readonly string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, operation]) => operation.tags.some((tag) => tags.includes(tag)))
      .map(([method]) => `${method} ${path}`),
  )
}

test('each route of the public listener is described, and nothing else is', () => {
  const routes = routesOf(publicRoutes(service, { mayForceTrace: true }))
  expect(routes.toSorted()).toEqual(describedWith('events', 'health', 'description').toSorted())
})

test('each route of the admin listener is described, and nothing else is', () => {
  const routes = routesOf(
    adminRoutes(service, { readToken: nobody, snapshot: nobody, metrics: nobody }),
  )
  expect(routes.toSorted()).toEqual(describedWith('health', 'admin').toSorted())
})

test('each operation has a name of its own and a tag that is explained', () => {
  const operations = Object.values(paths).flatMap((item) => Object.values(item))
  const names = operations.map(({ operationId }) => operationId)
  expect(new Set(names).size).toBe(names.length)
  const tags = new Set(operations.flatMap((operation) => operation.tags))
  expect([...tags].toSorted()).toEqual(description.tags.map(({ name }) => name).toSorted())
})
