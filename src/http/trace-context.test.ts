import { expect, test } from 'vitest'
import { readTraceContext } from './trace-context.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const traceparent = `00-${TRACE}-${SPAN}-01`

test('the headers of a trace are kept as they came', () => {
  expect(readTraceContext({ traceparent })).toEqual({ traceparent })
  expect(readTraceContext({ traceparent, tracestate: 'a=1,b=2' })).toEqual({
    traceparent,
    tracestate: 'a=1,b=2',
  })
})

test.each([
  ['none', undefined],
  ['an empty one', ''],
  ['no version', `${TRACE}-${SPAN}-01`],
  ['the version that is forbidden', `ff-${TRACE}-${SPAN}-01`],
  ['capital letters', traceparent.toUpperCase()],
  ['no trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
  ['no span', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['two of them', `${traceparent}, ${traceparent}`],
])('a traceparent that is malformed is no trace: %s', (_name, malformed) => {
  expect(readTraceContext({ traceparent: malformed, tracestate: 'a=1' })).toBeUndefined()
})

test('a tracestate beyond 512 characters is dropped, and the trace goes on', () => {
  const longest = 'x'.repeat(512)
  expect(readTraceContext({ traceparent, tracestate: longest })).toHaveProperty('tracestate')
  expect(readTraceContext({ traceparent, tracestate: `${longest}x` })).toEqual({ traceparent })
})
