import type { Context, Middleware } from 'koa'
import type { PollAnswer } from '../../hub/poll.ts'
import { jittered } from '../../lib/jitter.ts'
import { POLL_EVENTS, POLL_WAIT } from '../../schema/limits.ts'
import type { PollDocument } from '../../schema/poll.ts'
import { DetachableSocket } from '../connection/detachable-socket.ts'
import type { PeerProgress } from '../connection/peer-progress.ts'
import type { PollRecord } from '../http-observer.ts'
import { leaveOut } from '../middleware/report-answers.ts'
import { unavailable } from '../problem.ts'
import { eventsRequest } from '../events-request.ts'
import { ignoredNames, parseChannels, parseInteger, parseStart } from '../query.ts'
import { recordRequest } from '../record-request.ts'
import type { Service } from '../service.ts'

/** How long a client may read nothing of its answer while other polls wait for the memory, in ms. */
const MAX_PAUSE = 1_000
/** In ms, scattered for each answer: polls that found no memory together would find none together again. */
const NO_ROOM_RETRY = 1_000

/** The handler of `GET /poll…`. */
export function poll(service: Service): Middleware {
  return async (ctx) => {
    const asked = eventsRequest(ctx)
    const { query } = asked
    const request = recordRequest(asked, service.settings)
    const channels = parseChannels(asked)
    const start = parseStart(asked, channels.length)
    const wait = parseInteger(query, 'wait', 0, POLL_WAIT.max) ?? POLL_WAIT.default
    const limit = parseInteger(query, 'limit', 1, POLL_EVENTS.max) ?? POLL_EVENTS.default
    ctx.status = 200
    ctx.set('Cache-Control', 'no-store')
    ctx.type = 'application/json'
    // A closed connection emits no further `close`, which releases the slot.
    if (ctx.method === 'HEAD' || ctx.res.closed) return
    // A poll has no use for a body, which must not stay in memory while the poll is held.
    ctx.req.resume()

    const { hub, admission, observer } = service
    const slot = admission.admitPoll()
    if (slot === undefined) {
      observer.refused('poll', 'limit', request)
      throw unavailable('this pod holds as many polls as it may', service.retryAfter('poll'))
    }
    leaveOut(ctx)
    // The slot is held until the answer is sent, since an unread answer takes memory.
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
    // Koa would keep a text beside its bytes until they are sent.
    const others = { retry: retryOf(answer, service), ignored: ignoredNames(query) }
    ctx.body = Buffer.from(encodeAnswer(answer, others))
  }
}

/** In ms. An empty answer with `more` found no memory for events; an immediate retry would find none either. */
function retryOf({ events, gaps, more }: PollAnswer, { drain, retryAfter }: Service): number {
  if (more) return events.length + gaps.length > 0 ? 0 : jittered(NO_ROOM_RETRY)
  return drain.isDraining ? retryAfter('drain') : 0
}

/** Cuts a client that reads nothing of its answer. Returns whether it did. */
function cutStalled(ctx: Context): () => boolean {
  let progress: PeerProgress | undefined
  return () => {
    const socket: unknown = ctx.req.socket
    if (socket instanceof DetachableSocket) {
      progress ??= socket.watchProgress()
      if (!progress.isStalled(performance.now(), MAX_PAUSE)) return false
    }
    ctx.res.destroy()
    return true
  }
}

/** Runs a poll that is held until the wait is over, the client leaves, or a drain begins. */
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

/** Joins the events as text, since each is JSON already. */
function encodeAnswer(
  { events, gaps, cursor, more }: PollAnswer,
  others: Pick<PollDocument, 'retry' | 'ignored'>,
): string {
  const rest: Omit<PollDocument, 'events'> = { gaps, cursor, more, ...others }
  return `{"events":[${events.join(',')}],${JSON.stringify(rest).slice(1)}`
}
