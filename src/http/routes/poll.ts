import type { Context, Middleware } from 'koa'
import type { PollAnswer } from '../../hub/poll.ts'
import type { PollDocument } from '../../schema/poll.ts'
import { DetachableSocket } from '../connection/detachable-socket.ts'
import type { PeerProgress } from '../connection/peer-progress.ts'
import type { PollRecord } from '../http-observer.ts'
import { unavailable } from '../problem.ts'
import { parseChannels, parseInteger, parseStart, queryOf } from '../query.ts'
import { recordRequest } from '../request-record.ts'
import type { Service } from '../dependencies.ts'

/** Longest wait in seconds: below the 60 s after which proxies lose patience. */
const MAX_WAIT = 55
const DEFAULT_WAIT = 25
const MAX_LIMIT = 1_000
const DEFAULT_LIMIT = 100
/** How long a client may take nothing of an answer whose memory others wait for, in ms. */
const MAX_PAUSE = 1_000
/** In ms. */
const NO_ROOM_RETRY = 1_000

/** The handler of `GET /poll…`. */
export function poll(service: Service): Middleware {
  return async (ctx) => {
    const request = recordRequest(ctx)
    const query = queryOf(ctx)
    const channels = parseChannels(ctx)
    const start = parseStart(ctx)
    const wait = parseInteger(query, 'wait', 0, MAX_WAIT) ?? DEFAULT_WAIT
    const limit = parseInteger(query, 'limit', 1, MAX_LIMIT) ?? DEFAULT_LIMIT
    ctx.status = 200
    ctx.set('Cache-Control', 'no-store')
    ctx.type = 'application/json'
    // Of a connection that is closed already, nothing would give back the slot.
    if (ctx.method === 'HEAD' || ctx.res.closed) return
    // A body says nothing here, and must not be kept for as long as the poll is held.
    ctx.req.resume()

    const { hub, admission, observer } = service
    const slot = admission.admitPoll()
    if (slot === undefined) {
      observer.refused('poll', 'limit', request)
      throw unavailable('this pod holds as many polls as it may', service.retryAfter('limit'))
    }
    // Held until the answer is out: a client that does not read it holds its memory.
    ctx.res.once('close', () => {
      slot.release()
    })
    const cut = cutStalled(ctx)
    const isWanted = () => !ctx.res.closed
    const tell = (outcome: PollRecord['outcome']) => {
      observer.polled({ request, channels, outcome })
    }
    const answer = await hold(ctx, service, wait, (deadline) =>
      hub.poll(channels, { start, limit, deadline, isWanted, cut }),
    ).catch((error: unknown) => {
      tell({ kind: 'failed', error })
      throw error
    })
    if (ctx.res.closed) answer.release()
    else ctx.res.once('close', answer.release)
    const { events, gaps, cursor } = answer
    tell({ kind: 'answered', events: events.length, gaps: gaps.length, cursor })
    // As bytes, and not as text that would be held beside them until they are out.
    ctx.body = Buffer.from(encodeAnswer(answer, retryOf(answer, service)))
  }
}

/** In ms. There was no room for an answer that has nothing though there is more: to ask at once is in vain. */
function retryOf({ events, gaps, more }: PollAnswer, { drain, retryAfter }: Service): number {
  if (more) return events.length + gaps.length > 0 ? 0 : NO_ROOM_RETRY
  return drain.isDraining ? retryAfter('drain') : 0
}

/** Cuts a client that takes nothing of its answer, and says whether it did. */
function cutStalled(ctx: Context): () => boolean {
  let progress: PeerProgress | undefined
  return () => {
    const front: unknown = ctx.req.socket
    if (front instanceof DetachableSocket) {
      progress ??= front.watchProgress()
      if (!progress.isStalled(performance.now(), MAX_PAUSE)) return false
    }
    ctx.res.destroy()
    return true
  }
}

/** Runs a poll whose holding ends with the wait, the client, or the process. */
async function hold<T>(
  ctx: Context,
  { drain }: Service,
  wait: number,
  run: (deadline: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const end = () => {
    controller.abort()
  }
  const timer = setTimeout(end, wait * 1_000)
  ctx.res.on('close', end)
  drain.listeners.add(end)
  if (drain.isDraining || wait === 0) end()
  try {
    return await run(controller.signal)
  } finally {
    clearTimeout(timer)
    ctx.res.off('close', end)
    drain.listeners.delete(end)
  }
}

/** The events are JSON already. */
function encodeAnswer({ events, gaps, cursor, more }: PollAnswer, retry: number): string {
  const rest: Omit<PollDocument, 'events'> = { gaps, cursor, more, retry }
  return `{"events":[${events.join(',')}],${JSON.stringify(rest).slice(1)}`
}
