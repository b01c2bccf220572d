import { Router } from '@koa/router'
import type Koa from 'koa'
import { createApp } from './app.ts'
import { crossOrigin } from './middleware/cross-origin.ts'
import { reportAnswers } from './middleware/report-answers.ts'
import { closeWhenDraining } from './middleware/close-when-draining.ts'
import { live, ready, streamCapacity } from './routes/health.ts'
import { indexPage } from './routes/index-page.ts'
import { openApi } from './routes/openapi.ts'
import { poll } from './routes/poll.ts'
import { publish, type PublishOptions } from './routes/publish.ts'
import { stream } from './routes/stream.ts'
import type { Service } from './service.ts'

/** Paths that pages of any origin may read. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/health/stream-capacity', '/openapi.json'])

export interface PublicOptions {
  readonly isLoopback: boolean
  /** Runs before the routes that need a right. `streamFastPath` opens streams without it. */
  readonly authorize?: Koa.Middleware | undefined
}

interface RouteOptions extends Pick<PublicOptions, 'authorize'>, PublishOptions {}

/** The routes of the public listener. */
export function createPublicApp(service: Service, options: PublicOptions): Koa {
  const { settings } = service
  return createApp(service, {
    isLoopback: options.isLoopback,
    around: [reportAnswers(service.observer)],
    before: [crossOrigin(settings.corsOrigins, OPEN_PATHS)],
    router: publicRoutes(service, {
      mayForceTrace: options.isLoopback && !isBehindProxy(settings),
      authorize: options.authorize,
    }),
  })
}

export function publicRoutes(service: Service, { mayForceTrace, authorize }: RouteOptions): Router {
  const router = new Router({ sensitive: true, strict: true })
  const guards = authorize === undefined ? [] : [authorize]
  router.get('/stream', ...guards, stream(service))
  router.get('/stream/:channel', ...guards, stream(service))
  router.get('/poll', ...guards, poll(service))
  router.get('/poll/:channel', ...guards, poll(service))
  router.post(
    '/publish/:channel',
    closeWhenDraining(service.drain),
    ...guards,
    publish(service, { mayForceTrace }),
  )
  router.get('/health/live', live)
  router.get('/health/ready', ready(service))
  router.get('/health/stream-capacity', streamCapacity(service))
  router.get('/openapi.json', openApi())
  router.get('/', indexPage)
  return router
}

/** Clients behind a proxy on this machine come from anywhere, although the listener is on a loopback address. */
function isBehindProxy({ hosts, trustedHops }: Service['settings']): boolean {
  return hosts.length > 0 || trustedHops > 0
}
