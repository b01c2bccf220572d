import { Router } from '@koa/router'
import Koa, { type Context, type Middleware } from 'koa'
import type { Live } from '../../lib/live-value.ts'
import { apiGroup, apiResourceList } from './discovery.ts'
import { authenticate, type FrontProxy } from './front-proxy.ts'
import { metricValueList } from './metric-value-list.ts'
import {
  METRIC,
  METRICS_GROUP,
  METRICS_VERSIONS,
  RESOURCE,
  type MetricsVersion,
  type SubscriberSource,
} from './metric.ts'
import { answerErrors, StatusError } from './status.ts'

export interface MetricsAppOptions {
  readonly subscribers: SubscriberSource
  /** False until the source knows all objects: what it does not have then may exist. */
  readonly isSynced: Live<boolean>
  /** Undefined until it has been read. */
  readonly frontProxy: Live<FrontProxy | undefined>
  readonly report: (error: unknown) => void
}

/**
 * The API group `custom.metrics.k8s.io` with one metric. Answers are JSON whatever `Accept` says: clients that prefer
 * Protobuf accept anything. The document of aggregated discovery (`/apis`) and OpenAPI are not served: the API server
 * takes a 404 as the sign to read each version's list of resources.
 */
export function createMetricsApp(options: MetricsAppOptions): Koa {
  const app = new Koa()
  // Koa reports only sockets that broke during an answer.
  app.silent = true
  app.use(answerErrors(options.report))
  app.use(refuseBodies)
  app.use(healthRoutes(options).routes())
  app.use(onlyFrontProxy(options.frontProxy))
  app.use(metricRoutes(options).routes())
  return app
}

/** For the kubelet, which has no certificate. They tell nothing that a port check would not. */
function healthRoutes({ isSynced, frontProxy }: MetricsAppOptions): Router {
  const router = new Router({ sensitive: true, strict: true })
  router.get('/healthz', answerLive)
  router.get('/livez', answerLive)
  router.get('/readyz', (ctx) => {
    closeConnection(ctx)
    if (frontProxy() === undefined || !isSynced()) throw notSynced()
    ctx.body = 'ok'
  })
  return router
}

const answerLive: Middleware = (ctx) => {
  closeConnection(ctx)
  ctx.body = 'ok'
}

function metricRoutes({ subscribers, isSynced }: MetricsAppOptions): Router {
  const router = new Router({ sensitive: true, strict: true })
  const group = `/apis/${METRICS_GROUP}`
  router.get(group, (ctx) => {
    ctx.body = apiGroup()
  })
  for (const version of METRICS_VERSIONS) {
    router.get(`${group}/${version}`, (ctx) => {
      ctx.body = apiResourceList(version)
    })
    router.get(`${group}/${version}/namespaces/:namespace/:resource/:name/:metric`, (ctx) => {
      const { namespace = '', resource, name = '', metric } = ctx.params
      if (resource !== RESOURCE || metric !== METRIC) {
        throw new StatusError(404, `the only metric is ${RESOURCE}/${METRIC}`)
      }
      refuseSelector(ctx)
      ctx.body = readCount(version, namespace, name)
    })
  }
  return router

  function readCount(version: MetricsVersion, namespace: string, name: string) {
    if (!isSynced()) throw notSynced()
    const count = subscribers(namespace, name)
    if (count === undefined) {
      throw new StatusError(404, `there is no ${RESOURCE} ${name} in namespace ${namespace}`)
    }
    // An autoscaler keeps the number of pods while a metric has an error; a zero would make it remove them.
    if (!count.isKnown) throw new StatusError(503, count.problem)
    return metricValueList(version, { namespace, name }, count)
  }
}

/** The one series has no labels: a selector that asks for some asks for another metric. */
function refuseSelector({ query }: Context): void {
  const selector = [query['metricLabelSelector']].flat().join('')
  if (selector === '') return
  throw new StatusError(404, `the metric ${METRIC} has no labels, so a selector matches nothing`)
}

function onlyFrontProxy(frontProxy: Live<FrontProxy | undefined>): Middleware {
  return async (ctx, next) => {
    try {
      authenticate(ctx.req, frontProxy())
    } catch (error) {
      closeConnection(ctx)
      throw error
    }
    await next()
  }
}

const refuseBodies: Middleware = async (ctx, next) => {
  const { method, headers } = ctx.req
  if (method !== 'GET' && method !== 'HEAD') {
    ctx.set('Allow', 'GET, HEAD')
    closeConnection(ctx)
    throw new StatusError(405, 'metrics can only be read')
  }
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0) {
    closeConnection(ctx)
    throw new StatusError(400, 'expected a request without a body')
  }
  await next()
}

/** Only the front proxy keeps its connections, so that no one else can hold many. */
function closeConnection(ctx: Context): void {
  ctx.set('Connection', 'close')
}

function notSynced(): StatusError {
  return new StatusError(503, 'the controller has not read all objects yet')
}
