/** Examples and rules of https://www.w3.org/TR/trace-context/. */
import { expect, test } from 'vitest'
import { MAX_TRACESTATE, parseTraceContext } from './trace-context.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT_ID = '00f067aa0ba902b7'
const TRACEPARENT = `00-${TRACE_ID}-${PARENT_ID}-01`
const LONGEST = `a=${'x'.repeat(256)},b=${'y'.repeat(251)}`

test.for([
  ['version 00', TRACEPARENT, TRACEPARENT],
  [
    'flags that nobody knows yet',
    TRACEPARENT.replace(/01$/, 'ff'),
    TRACEPARENT.replace(/01$/, 'ff'),
  ],
  ['white space around it', ` ${TRACEPARENT}\t`, TRACEPARENT],
  ['a later version', `01-${TRACE_ID}-${PARENT_ID}-03`, TRACEPARENT],
  [
    'a later version with more in it',
    `cc-${TRACE_ID}-${PARENT_ID}-02-what`,
    `00-${TRACE_ID}-${PARENT_ID}-00`,
  ],
] as const)('%s is a traceparent', ([, header, traceparent]) => {
  expect(parseTraceContext(header, undefined)).toEqual({ traceparent })
})

test.for([
  ['nothing', undefined],
  ['an empty text', ''],
  ['two of them', `${TRACEPARENT}, ${TRACEPARENT}`],
  ['upper case', TRACEPARENT.toUpperCase()],
  ['more than version 00 has', `${TRACEPARENT}-01`],
  ['a later version that ends without a dash', `01-${TRACE_ID}-${PARENT_ID}-01.`],
  ['the forbidden version', `ff-${TRACE_ID}-${PARENT_ID}-01`],
  ['a trace id of zeros', `00-${'0'.repeat(32)}-${PARENT_ID}-01`],
  ['a parent id of zeros', `00-${TRACE_ID}-${'0'.repeat(16)}-01`],
  ['a trace id that is too short', `00-${TRACE_ID.slice(1)}-${PARENT_ID}-01`],
  ['no flags', `00-${TRACE_ID}-${PARENT_ID}`],
] as const)('%s is no traceparent, and takes the tracestate with it', ([, header]) => {
  expect(parseTraceContext(header, 'a=1')).toBeUndefined()
})

test.for([
  ['one member', 'rojo=00f067aa0ba902b7', 'rojo=00f067aa0ba902b7'],
  [
    'members of several headers',
    'rojo=1, congo=t61rcWkgMzE ,\t,a@b=c d',
    'rojo=1,congo=t61rcWkgMzE,a@b=c d',
  ],
  ['as much as there may be', LONGEST, LONGEST],
] as const)('%s is a tracestate', ([, header, tracestate]) => {
  expect(header.length).toBeLessThanOrEqual(MAX_TRACESTATE)
  expect(parseTraceContext(TRACEPARENT, header)).toEqual({ traceparent: TRACEPARENT, tracestate })
})

test.for([
  ['nothing', undefined],
  ['separators alone', ' , ,'],
  ['a member without a value', 'a'],
  ['an empty value', 'a='],
  ['a key in upper case', 'A=1'],
  ['a value beyond ASCII', 'a=\u{e9}'],
  ['a value with an equals sign', 'a=b=c'],
  ['a line break', 'a=b\nc'],
  ['33 members', Array.from({ length: 33 }, (_, index) => `k${index}=v`).join(',')],
  ['one byte too many', `${LONGEST}z`],
] as const)('%s is no tracestate, and the traceparent stays', ([, header]) => {
  expect(parseTraceContext(TRACEPARENT, header)).toEqual({ traceparent: TRACEPARENT })
})
