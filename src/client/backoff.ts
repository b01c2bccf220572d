/** Longest wait between two attempts, unless the service asks for more, in ms. */
const LONGEST = 30_000
/** A service may say that clients come back at once; while it is away that would be a busy loop. */
const SHORTEST_BASE = 500

/**
 * Milliseconds to wait after `failures` attempts in a row: random between 0 and twice as much each time
 * (full jitter), so that the clients of a service that comes back do not all come at once.
 */
export function backoff(failures: number, base: number): number {
  const ceiling = Math.max(base, SHORTEST_BASE) * 2 ** Math.min(failures, 16)
  return Math.random() * Math.min(ceiling, Math.max(base, LONGEST))
}

/** Waits so many ms; an abort ends the wait early and is no error. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const finish = () => {
    resolve()
  }
  const timer = setTimeout(finish, milliseconds)
  signal?.addEventListener('abort', finish, { once: true })
  await promise
  clearTimeout(timer)
  signal?.removeEventListener('abort', finish)
}
