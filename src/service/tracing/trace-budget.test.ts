import { expect, test } from 'vitest'
import { parseSampling } from '../../telemetry/tracing/trace-sampling.ts'
import type { TraceContext } from '../../wire/trace-context.ts'
import { TraceBudget } from './trace-budget.ts'

const ID = '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331'
const SAMPLED: TraceContext = { traceparent: `00-${ID}-01` }
const UNSAMPLED: TraceContext = { traceparent: `00-${ID}-00` }

const RATES = {
  tracePublishRate: 10,
  traceParentRate: 100,
  traceConnectRate: 20,
  traceFanOutRate: 50,
}

/** A budget at a clock that stands still, with draws that spread evenly from 0 to below 1. */
function open(sampler: string, argument = '') {
  const env = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument }
  let now = 0
  let draws = 0
  const budget = new TraceBudget(parseSampling(env).sampling!, RATES, {
    clock: { now: () => now },
    random: () => (draws++ % 1_000) / 1_000,
  })
  return {
    budget,
    pass: (milliseconds: number) => {
      now += milliseconds
    },
  }
}

function count(times: number, ask: () => boolean): number {
  let granted = 0
  for (let time = 0; time < times; time++) if (ask()) granted++
  return granted
}

test('the ratio picks publishes, and no more than the rate allows', () => {
  const { budget, pass } = open('traceidratio', '0.005')
  const ask = () => budget.publish(undefined, false)
  expect(count(1_000, ask)).toBe(5)
  expect(count(100_000, ask)).toBe(5)
  pass(1_000)
  expect(count(100_000, ask)).toBe(10)
})

test('a sampled parent is followed whatever the ratio, within a rate of its own', () => {
  const { budget, pass } = open('traceidratio', '0')
  expect(count(1_000, () => budget.publish(undefined, false))).toBe(0)
  expect(count(1_000, () => budget.publish(SAMPLED, false))).toBe(100)
  pass(500)
  expect(count(1_000, () => budget.publish(SAMPLED, false))).toBe(50)
})

test('a publish may be forced whatever its parent, within the same rate', () => {
  const { budget } = open('parentbased_always_off')
  expect(count(30, () => budget.publish(UNSAMPLED, true))).toBe(30)
  expect(count(30, () => budget.publish(undefined, true))).toBe(30)
  expect(count(1_000, () => budget.publish(SAMPLED, true))).toBe(40)
})

test.for([
  ['parentbased_always_on', 0],
  ['traceidratio', 0],
  ['always_on', 1_000],
] as const)('with %s, %i of 1,000 unsampled parents are traced', ([sampler, traced]) => {
  const { budget } = open(sampler)
  expect(count(1_000, () => budget.publish(UNSAMPLED, false))).toBe(traced)
})

test('always_on traces everything', () => {
  const { budget } = open('always_on')
  for (const ask of [
    () => budget.publish(undefined, false),
    () => budget.connect(undefined),
    () => budget.close(),
    () => budget.failure(),
    () => budget.late(),
    () => budget.fanOut('notification'),
  ]) {
    expect(count(1_000, ask)).toBe(1_000)
  }
})

test('openings, ends, failures and late deliveries are bounded each by itself', () => {
  const { budget, pass } = open('traceidratio', '0.5')
  const asks = [
    () => budget.connect(undefined),
    () => budget.close(),
    () => budget.failure(),
    () => budget.late(),
  ]
  expect(asks.map((ask) => count(2_000, ask))).toEqual([20, 20, 20, 20])
  pass(100)
  expect(asks.map((ask) => count(2_000, ask))).toEqual([2, 2, 2, 2])
})

test('fan-outs are bounded, and announcements apart from them', () => {
  const { budget } = open('traceidratio', '0')
  expect(count(2_000, () => budget.fanOut('announcement'))).toBe(50)
  expect(count(2_000, () => budget.fanOut('notification'))).toBe(50)
  expect(count(2_000, () => budget.fanOut('read'))).toBe(0)
})

test('with a ratio of 0, no stream is traced that no trusted client asks for', () => {
  const { budget } = open('traceidratio', '0')
  expect(budget.connect(undefined)).toBe(false)
  expect(budget.failure()).toBe(false)
  expect(budget.connect(UNSAMPLED)).toBe(false)
  expect(budget.connect(SAMPLED)).toBe(true)
})
