/** A signal that is given after a time, unless this is disposed of before, or with another signal. */
export class Deadline implements Disposable {
  readonly signal: AbortSignal
  readonly #timer: NodeJS.Timeout

  /** `time` in ms. */
  constructor(time: number, other: AbortSignal | undefined) {
    const controller = new AbortController()
    const reason = new DOMException(`nothing came within ${time} ms`, 'TimeoutError')
    this.#timer = setTimeout(() => controller.abort(reason), time)
    this.signal =
      other === undefined ? controller.signal : AbortSignal.any([controller.signal, other])
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
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
