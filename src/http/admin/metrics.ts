import type { Middleware } from 'koa'

/** Gives all metrics of the process in the text format of Prometheus. */
export type MetricsSource = () => Promise<string>

/** Version 0.0.4 is the text format, which every Prometheus reads. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** The metrics of this pod, for Prometheus. They are there whatever the state of the log. */
export function metrics(source: MetricsSource): Middleware {
  return async (ctx) => {
    ctx.body = await source()
    ctx.set('Content-Type', CONTENT_TYPE)
    ctx.set('Cache-Control', 'no-store')
  }
}
