/** Errors as the Kubernetes API tells them. */
import type { Middleware } from 'koa'

const REASONS = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  500: 'InternalError',
  503: 'ServiceUnavailable',
} as const

export type StatusCode = keyof typeof REASONS

/** An error whose message may be shown to whoever asked. */
export class StatusError extends Error {
  override readonly name = 'StatusError'
  readonly code: StatusCode

  constructor(code: StatusCode, message: string) {
    super(message)
    this.code = code
  }
}

/** The document that describes an error in the Kubernetes API. */
export function statusDocument({ code, message }: StatusError) {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: REASONS[code],
    code,
  }
}

/** Answers errors, and paths that no route has. Failures that are no answers are reported. */
export function answerErrors(report: (error: unknown) => void): Middleware {
  return async (ctx, next) => {
    try {
      await next()
      if (ctx.status === 404) throw new StatusError(404, 'the server has no such resource')
    } catch (error) {
      const isStatus = error instanceof StatusError
      if (!isStatus) report(error)
      const status = isStatus ? error : new StatusError(500, 'the metrics API has failed')
      ctx.status = status.code
      ctx.body = statusDocument(status)
    }
  }
}
