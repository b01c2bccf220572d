/**
 * Calls `run` for each item, at most `concurrency` at a time, and returns all results. Stops early with
 * `enough` of them.
 */
export async function collectConcurrently<T, R>(
  items: Iterable<T>,
  run: (item: T) => Promise<readonly R[]>,
  { concurrency = 8, enough = 5 } = {},
): Promise<readonly R[]> {
  const queue = items[Symbol.iterator]()
  const found: R[] = []
  const worker = async () => {
    for (let next = queue.next(); !next.done && found.length < enough; next = queue.next()) {
      found.push(...(await run(next.value)))
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return found
}
