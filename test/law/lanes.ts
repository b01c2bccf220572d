/** Does something with each of these, a few at a time, and returns what came of it. */
export async function inLanes<T, R>(
  items: Iterable<T>,
  run: (item: T) => Promise<readonly R[]>,
  { lanes = 8, enough = 5 } = {},
): Promise<readonly R[]> {
  const queue = items[Symbol.iterator]()
  const found: R[] = []
  const lane = async () => {
    for (let next = queue.next(); !next.done && found.length < enough; next = queue.next()) {
      found.push(...(await run(next.value)))
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return found
}
