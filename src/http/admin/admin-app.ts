import { Router } from '@koa/router'
import type Koa from 'koa'
import { createApp } from '../app.ts'
import { live, ready, streamCapacity } from '../routes/health.ts'
import type { Service } from '../service.ts'
import { drain, shed } from './drain-and-shed.ts'
import { adminAccess, type AdminTokenSource } from './admin-access.ts'
import { metrics, type MetricsSource } from './metrics.ts'
import { snapshot, type SnapshotSource } from './snapshot.ts'

export interface AdminOptions {
  readonly isLoopback: boolean
  readonly readToken: AdminTokenSource
  readonly snapshot: SnapshotSource
  readonly metrics: MetricsSource
}

/** The routes of the admin listener, for operators and the controller; never exposed to the outside. */
export function createAdminApp(service: Service, options: AdminOptions): Koa {
  return createApp(service, {
    isLoopback: options.isLoopback,
    before: [],
    router: adminRoutes(service, options),
  })
}

export function adminRoutes(service: Service, options: Omit<AdminOptions, 'isLoopback'>): Router {
  const access = adminAccess(options.readToken)
  const router = new Router({ sensitive: true, strict: true })
  router.get('/metrics', metrics(options.metrics))
  router.get('/snapshot', snapshot(options.snapshot))
  router.post('/drain', access, drain(service))
  router.post('/shed', access, shed(service))
  router.get('/health/live', live)
  router.get('/health/ready', ready(service))
  router.get('/health/stream-capacity', streamCapacity(service))
  return router
}
