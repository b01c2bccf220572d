import { setTimeout } from 'node:timers/promises'

/** Waits so many ms; an abort ends the wait early and is no error. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(milliseconds, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
