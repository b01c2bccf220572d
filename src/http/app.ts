import type { Router } from '@koa/router'
import Koa from 'koa'
import { responseTimeout } from './middleware/response-timeout.ts'
import { checkHost } from './middleware/host-check.ts'
import { dispatch } from './middleware/dispatch.ts'
import { problems } from './middleware/problems.ts'
import type { Service } from './service.ts'

export interface AppOptions {
  /** Whether the listener's address is a loopback one, where host names are checked against DNS rebinding. */
  readonly isLoopback: boolean
  /** Middleware that sees each answer as it is sent, those to errors included. */
  readonly around?: readonly Koa.Middleware[]
  /** Middleware that runs before the routes. */
  readonly before: readonly Koa.Middleware[]
  readonly router: Router
}

/** Makes a Koa application with the middleware that both listeners share. */
export function createApp(
  service: Service,
  { isLoopback, around = [], before, router }: AppOptions,
): Koa {
  const { settings, observer } = service
  const app = new Koa()
  // Koa reports only sockets that broke during an answer: clients that left.
  app.silent = true
  app.use(responseTimeout(settings.subscriberStall))
  for (const middleware of around) app.use(middleware)
  app.use(
    problems({
      retryAfter: () => service.retryAfter('log'),
      report: (error) => {
        observer.failed(error)
      },
    }),
  )
  if (isLoopback) app.use(checkHost(settings.hosts))
  for (const middleware of before) app.use(middleware)
  app.use(dispatch(router))
  return app
}
