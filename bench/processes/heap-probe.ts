/**
 * Preloaded into a Node server to measure its heap: answers each message of the parent process with a `ProbedHeap`.
 * Needs `--expose-gc`.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'

export interface ProbedHeap {
  /** Bytes after two full collections: the second one frees objects that the first one finalized. */
  readonly heap: number
}

process.on('message', () => {
  void answer()
})

async function answer(): Promise<void> {
  for (let collections = 0; collections < 2; collections++) {
    globalThis.gc?.()
    await nextTurn()
  }
  process.send?.({ heap: process.memoryUsage().heapUsed } satisfies ProbedHeap)
}
