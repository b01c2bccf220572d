import { expect, test } from 'vitest'
import { publicRoutes } from '../../http/public-app.ts'
import type { Service } from '../../http/service.ts'
import { OTHER, ROUTES } from './label-values.ts'

test('each route of the public listener but for health checks has a label, and nothing else has', () => {
  // Enough to make the routes, whose handlers are never called.
  const { stack } = publicRoutes({} as Service, { mayForceTrace: false })
  const paths = stack.map(({ path }) => String(path))
  const counted = paths.filter((path) => !path.startsWith('/health/'))
  expect([...ROUTES].toSorted()).toEqual(counted.toSorted())
  expect(ROUTES).not.toContain(OTHER)
})
