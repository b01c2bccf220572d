import { expect, test } from 'vitest'
import { jitteredRetry } from './retry.ts'

test.each([
  { hasRoom: true, min: 200, max: 1_000 },
  { hasRoom: false, min: 5_000, max: 30_000 },
])('a retry stands between its bounds and scatters: $hasRoom', ({ hasRoom, min, max }) => {
  const retries = Array.from({ length: 10_000 }, () => jitteredRetry(hasRoom))

  expect(retries.every((retry) => Number.isInteger(retry) && retry >= min && retry <= max)).toBe(
    true,
  )
  // Each tenth of the range gets its share, give or take a half.
  for (let part = 0; part < 10; part++) {
    const from = min + ((max - min) * part) / 10
    const count = retries.filter((retry) => retry >= from && retry < from + (max - min) / 10).length
    expect(count).toBeGreaterThan(500)
    expect(count).toBeLessThan(1_500)
  }
})
