import { Router } from '@koa/router'
import type Koa from 'koa'
import { createApp } from './app.ts'
import { crossOrigin } from './middleware/cross-origin.ts'
import { closeWhenDraining } from './middleware/close-when-draining.ts'
import { live, ready, streamCapacity } from './routes/health.ts'
import { poll } from './routes/poll.ts'
import { publish } from './routes/publish.ts'
import { stream } from './routes/stream.ts'
import type { Service } from './dependencies.ts'

const CAPACITY_PATH = '/health/stream-capacity'

/** What subscribers and publishers reach. `authorize` stands before everything that needs a right. */
export function createPublicApp(
  service: Service,
  options: { readonly isLoopback: boolean; readonly authorize?: Koa.Middleware },
): Koa {
  const { settings } = service
  const authorize = options.authorize ?? (async (_ctx, next) => next())
  const router = new Router({ sensitive: true, strict: true })
  router.get('/stream', authorize, stream(service))
  router.get('/stream/:channel', authorize, stream(service))
  router.get('/poll', authorize, poll(service))
  router.get('/poll/:channel', authorize, poll(service))
  router.post('/publish/:channel', closeWhenDraining(service.drain), authorize, publish(service))
  router.get(CAPACITY_PATH, streamCapacity(service))
  router.get('/health/live', live)
  router.get('/health/ready', ready(service))

  return createApp(service, {
    isLoopback: options.isLoopback,
    before: [crossOrigin(settings.corsOrigins, (ctx) => ctx.path === CAPACITY_PATH)],
    router,
  })
}
