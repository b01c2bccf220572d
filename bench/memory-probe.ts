/**
 * Preloaded into a server whose memory is measured: answers any message of its parent with a
 * `MemorySample`. Needs `--expose-gc`.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Bytes. */
export interface MemorySample {
  /** After two full collections: what the first one finalizes, the second one frees. */
  readonly heap: number
  readonly rss: number
}

process.on('message', () => {
  void answer()
})

async function answer(): Promise<void> {
  for (let collections = 0; collections < 2; collections++) {
    globalThis.gc?.()
    await nextTurn()
  }
  const { heapUsed, rss } = process.memoryUsage()
  const sample: MemorySample = { heap: heapUsed, rss }
  process.send?.(sample)
}
