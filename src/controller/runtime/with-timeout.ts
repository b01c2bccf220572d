import type { Clock } from './clock.ts'

/** Rejects if the task takes longer than so many ms. The task then finds its signal aborted. */
export async function withTimeout<T>(
  clock: Clock,
  limit: number,
  task: (abandoned: AbortSignal) => Promise<T>,
): Promise<T> {
  const abandon = new AbortController()
  const { promise, reject } = Promise.withResolvers<never>()
  const cancel = clock.after(limit, () => {
    abandon.abort()
    reject(new Error(`no answer of the API server within ${limit} ms`))
  })
  try {
    return await Promise.race([task(abandon.signal), promise])
  } finally {
    cancel()
  }
}
