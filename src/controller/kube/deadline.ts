/** A signal that is given after a time, unless this is disposed of before, or with another signal. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal
}

/** `time` in ms. */
export function startDeadline(time: number, other: AbortSignal | undefined): Deadline {
  const controller = new AbortController()
  const reason = new DOMException(`nothing came within ${time} ms`, 'TimeoutError')
  const timer = setTimeout(() => controller.abort(reason), time)
  return {
    signal: other === undefined ? controller.signal : AbortSignal.any([controller.signal, other]),
    [Symbol.dispose]: () => {
      clearTimeout(timer)
    },
  }
}

/** Rejects with the reason of the signal, for work that knows no signals: files, and plugins for credentials. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
