import { expect, test } from 'vitest'
import { formatMicroTime } from './micro-time.ts'

test.each([0, 1_700_000_000_000, 1_700_000_000_001, 1_700_000_000_999])(
  'a MicroTime of %i ms has exactly six digits of a second',
  (milliseconds) => {
    const text = formatMicroTime(milliseconds)
    expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    expect(Date.parse(text)).toBe(milliseconds)
  },
)
