import { expect, test } from 'vitest'
import type { Arrival, Delivery } from './delivery.ts'
import { judgeDelivery } from './judge-delivery.ts'

const LIMITS = { events: 3, late: 1_000 }

/** Events sent 300 ms apart that arrived at these times. */
function arrivalsAt(...times: number[]): readonly Arrival[] {
  return times.map((came, index) => ({ event: index + 1, sent: index * 300, came }))
}

function judge(arrivals: readonly Arrival[], parts: Partial<Delivery> = {}, kept?: number) {
  const delivery = { arrivals, hasBegun: true, failure: undefined, ...parts }
  const { isPassed, found, advice = '' } = judgeDelivery(delivery, LIMITS, kept)
  return { isPassed, found, advice }
}

test('an event is late if it takes longer than the limit', () => {
  expect(judge(arrivalsAt(1_000, 1_001, 1_600))).toEqual({
    isPassed: true,
    found: '3 of 3 events came on time, the slowest after 1000 ms',
    advice: '',
  })
  expect(judge(arrivalsAt(1_001, 1_300, 1_600))).toMatchObject({
    isPassed: false,
    found: '1 of 3 events came late, the slowest after 1001 ms',
  })
})

test.for([
  ['all at the end', [2_000, 2_001, 2_002], 'buffers'],
  ['the last as it was sent', [1_200, 1_201, 1_202], 'buffers'],
  ['in two bursts', [1_500, 1_500, 3_000], 'buffers'],
  ['each as late as the other', [2_000, 2_300, 2_600], 'one by one'],
  ['with some jitter', [2_000, 2_155, 2_600], 'one by one'],
  ['after two on time that came together', [500, 510, 2_600], 'one by one'],
  ['later and later', [1_500, 2_500, 3_500], 'one by one'],
] as const)('late events that come %s: %s', ([, times, advice]) => {
  const finding = judge(arrivalsAt(...times))

  expect(finding.isPassed).toBe(false)
  expect(finding.advice).toContain(advice)
  expect(finding.found.endsWith(', and events came together')).toBe(advice === 'buffers')
})

test.for([
  [undefined, /buffers the answer, or --publish-url/],
  [0, /does not have them/],
  [3, /^The service has them\. Something on the way buffers/],
] as const)('missing events of which the service has %s', ([kept, advice]) => {
  const finding = judge(arrivalsAt(5_000), {}, kept)

  expect(finding.isPassed).toBe(false)
  expect(finding.found).toBe('2 of 3 events did not come within 5s after the last publish')
  expect(finding.advice.replaceAll('`', '')).toMatch(advice)
})

test('missing events that a later one overtook were published elsewhere, whatever is kept', () => {
  const [, second, third] = arrivalsAt(1, 301, 601) as [Arrival, Arrival, Arrival]

  for (const kept of [undefined, 0, 2]) {
    expect(judge([second, third], {}, kept).advice).toContain('a log in memory is not shared')
  }
})

test('a stream without a first event is reported as such', () => {
  expect(judge([], { hasBegun: false }).found).toBe(
    '3 of 3 events did not come within 5s after the last publish, nor did the beginning of the stream',
  )
})

test('events that come twice or in another order fail, however fast', () => {
  const [first, second, third] = arrivalsAt(1, 301, 601) as [Arrival, Arrival, Arrival]

  expect(judge([first, second, first, third]).found).toBe('event 1 came twice')
  expect(judge([first, first, second, third]).found).toBe('event 1 came twice')
  expect(judge([first, third, second]).found).toBe('event 2 came after event 3')
})

test('the reason for an early end comes before missing events', () => {
  const failure = { kind: 'cut', reason: 'gone\u001b[2J' } as const

  expect(judge(arrivalsAt(1), { failure })).toMatchObject({
    isPassed: false,
    found: String.raw`the stream was cut when 1 of 3 events had come: gone\u001b[2J`,
  })
})
