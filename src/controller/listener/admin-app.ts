import { Router } from '@koa/router'
import Koa from 'koa'
import { METRICS_TYPE } from '../../telemetry/metrics.ts'
import type { SubscriberCount } from '../fleet/pod-state.ts'

/** Why something is not in order; empty if it is. Sentences for operators. */
export type Problems = readonly string[]

export interface AdminOptions {
  /** A restart would help. */
  readonly livenessProblems: () => Problems
  /** It does not know enough to answer the metrics API. */
  readonly readinessProblems: () => Problems
  readonly renderMetrics: () => Promise<string>
  /** The streams of a fleet; undefined if there is no such fleet. */
  readonly countSubscribers: (namespace: string, name: string) => SubscriberCount | undefined
  readonly onError: (error: unknown) => void
}

/** The routes of the controller's admin listener. Nothing here changes anything. */
export function createAdminApp(options: AdminOptions): Koa {
  const router = new Router({ sensitive: true, strict: true })
  router.get('/livez', health(options.livenessProblems))
  router.get('/readyz', health(options.readinessProblems))
  router.get('/metrics', async (ctx) => {
    ctx.body = await options.renderMetrics()
    ctx.type = METRICS_TYPE
  })
  // What the trigger `metrics-api` of KEDA reads. An error makes KEDA fall back, a number never would.
  router.get('/scaling/:namespace/:name', (ctx) => {
    const { namespace = '', name = '' } = ctx.params
    const count = options.countSubscribers(namespace, name)
    if (count === undefined) {
      ctx.status = 404
      ctx.body = { problem: `there is no StreamCapacity ${namespace}/${name} here` }
    } else if (count.isKnown) {
      ctx.body = { subscribers: count.subscribers }
    } else {
      ctx.status = 503
      ctx.body = { problem: count.problem }
    }
  })

  const app = new Koa()
  app.on('error', options.onError)
  app.use(async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store')
    await next()
  })
  app.use(router.routes())
  app.use(router.allowedMethods())
  return app
}

function health(problems: () => Problems): Koa.Middleware {
  return (ctx) => {
    const found = problems()
    ctx.status = found.length === 0 ? 200 : 503
    ctx.body = found.length === 0 ? { status: 'ok' } : { status: 'failing', problems: found }
  }
}
