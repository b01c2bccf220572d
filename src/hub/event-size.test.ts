import { expect, test } from 'vitest'
import { sizeOf } from './event-size.ts'

test('a trace context takes memory as name and data do', () => {
  const event = { offset: 1, name: 'message', data: 'text', time: 0 }
  const trace = { traceparent: 'x'.repeat(55), tracestate: 'y'.repeat(100) }
  expect(sizeOf({ ...event, trace }) - sizeOf(event)).toBe(2 * 155)
})
