import type { Context, Middleware } from 'koa'
import {
  MAX_OVER,
  shedBody,
  type DrainAnswer,
  type ShedAnswer,
  type ShedBody,
} from '../../schema/drain-and-shed.ts'
import { readText } from '../read-body.ts'
import { Problem } from '../problem.ts'
import type { Service } from '../service.ts'

const BODY_LIMIT = 4 * 1024

/** Starts a drain as a signal does, but leaves the process running until a signal comes. */
export function drain(service: Service): Middleware {
  return (ctx) => {
    ctx.status = 202
    ctx.body = { draining: service.hub.subscribers.size } satisfies DrainAnswer
    // Not awaited, since a drain takes the whole window; the snapshot shows its progress.
    service.drain.begin().catch((error: unknown) => service.observer.failed(error))
  }
}

/** Sheds some streams, such as after a scale-up. */
export function shed(service: Service): Middleware {
  return async (ctx) => {
    const body = await parseShed(ctx)
    const open = service.hub.subscribers.size
    const wanted = 'count' in body ? body.count : Math.ceil((open * body.percent) / 100)
    const count = Math.min(wanted, open)
    service.drain.shed(count, body.over * 1_000).catch((error: unknown) => {
      service.observer.failed(error)
    })
    ctx.status = 202
    ctx.body = { shedding: count } satisfies ShedAnswer
  }
}

async function parseShed(ctx: Context): Promise<ShedBody> {
  const text = await readText(ctx, BODY_LIMIT)
  try {
    return shedBody.parse(JSON.parse(text))
  } catch {
    throw new Problem(
      400,
      `expected {"percent": 0–100} or {"count": 1–}, and "over" of 0 to ${MAX_OVER} seconds`,
    )
  }
}
