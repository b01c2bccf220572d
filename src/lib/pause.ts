/** Waits; an abort ends the wait early and is no error. */
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
