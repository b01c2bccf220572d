import { pause } from '../lib/pause.ts'

/** Longest time between two steps, in ms: shorter steps spread the reconnects more evenly. */
const STEP = 50

/**
 * Hands items to `act` one by one, evenly over `over` ms, in random order: neighbors in the list are
 * often clients that came together, and would come back together. Resolves when all are done; an abort
 * hands over the rest at once.
 */
export async function stagger<T>(
  items: Iterable<T>,
  over: number,
  act: (item: T) => void,
  signal?: AbortSignal,
): Promise<void> {
  const shuffled = shuffle([...items])
  const startedAt = performance.now()
  for (let done = 0; done < shuffled.length;) {
    const share = over === 0 ? 1 : (performance.now() - startedAt) / over
    // One more than is due, so that the first goes at once and the last a step before the end.
    const due =
      signal?.aborted === true
        ? shuffled.length
        : Math.min(shuffled.length, Math.floor(share * shuffled.length) + 1)
    for (; done < due; done++) act(shuffled[done]!)
    if (done < shuffled.length) await pause(Math.min(STEP, over / shuffled.length), signal)
  }
}

function shuffle<T>(items: T[]): T[] {
  for (let index = items.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1))
    ;[items[index], items[other]] = [items[other]!, items[index]!]
  }
  return items
}
