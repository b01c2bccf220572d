/**
 * Preloaded into a Node server to measure its memory: answers each message of the parent process with a
 * `ProbedMemory`. Needs `--expose-gc`.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Bytes. */
export interface ProbedMemory {
  /** After two full collections: the second one frees objects that the first one finalized. */
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
  const sample: ProbedMemory = { heap: heapUsed, rss }
  process.send?.(sample)
}
