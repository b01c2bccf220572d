import { describe, expect, it, test } from 'vitest'
import type { Figures } from '../figures.ts'
import { FAKE_FIGURES } from '../report/fake-result.ts'
import { judgeFigures } from '../report/verdicts.ts'
import { ALL_SCENARIOS } from './all-scenarios.ts'
import { autoscale } from './autoscale.ts'
import { ingressReload } from './ingress-reload.ts'
import { podKill } from './pod-kill.ts'
import { redisFailOver } from './redis-fail-over.ts'
import { rollout } from './rollout.ts'
import type { Amounts, Scenario } from './scenario.ts'
import { slowReaders } from './slow-readers.ts'
import { thresholdsOf } from './thresholds.ts'

/** The figures of those that are not met. */
function breaches(scenario: Scenario, figures: Partial<Figures>, amounts: Partial<Amounts> = {}) {
  const thresholds = thresholdsOf(scenario, { ...scenario.defaults, ...amounts })
  const verdicts = judgeFigures({ ...FAKE_FIGURES, ...figures }, thresholds)
  return verdicts.filter(({ isMet }) => !isMet).map(({ figure }) => figure)
}

describe.each(ALL_SCENARIOS)('$name', (scenario) => {
  it('lets no server refuse publishes, whatever else happens to it', () => {
    expect(breaches(scenario, { refusedPublishes: 1 })).toContain('refusedPublishes')
  })

  it('lets no server leave all publishes without an answer', () => {
    const unknownPublishes = 2 * scenario.defaults.rate * scenario.defaults.seconds
    expect(breaches(scenario, { unknownPublishes })).toContain('unknownPublishes')
  })
})

// One looks for the most that a server takes, the other for a fleet that grows when it is full.
const mayRefuse = ({ name }: Scenario) => name === 'ramp' || name === 'autoscale'

test.each(ALL_SCENARIOS.filter((scenario) => !mayRefuse(scenario)))(
  '$name lets no server refuse streams again and again',
  (scenario) => {
    const refusals = 100 * scenario.defaults.subscribers
    expect(breaches(scenario, { refusals })).toContain('refusals')
  },
)

test.each([rollout, autoscale])(
  '$name: no pod ends a stream without a closing event',
  (scenario) => {
    expect(breaches(scenario, { cuts: 1 })).toContain('cuts')
  },
)

test.each([{ cuts: 1 }, { gaps: 1 }, { worstPause: 3_000 }])(
  'beside slow readers no other may notice them: %o',
  (figures) => {
    expect(breaches(slowReaders, figures)).toEqual(expect.arrayContaining(Object.keys(figures)))
  },
)

describe.each([5, 20, 200])('at %s events/s', (rate) => {
  it.each([
    // A third of the publishes, until the proxy has found out.
    { scenario: podKill, lasting: 1 },
    // All of them, until there is a primary again.
    { scenario: redisFailOver, lasting: 30 },
  ])('$scenario.name may leave those of a short outage without an answer', (limit) => {
    const unknown = (seconds: number) => ({ unknownPublishes: Math.floor(rate * seconds) })
    expect(breaches(limit.scenario, unknown(limit.lasting), { rate })).not.toContain(
      'unknownPublishes',
    )
    const longer = unknown(limit.lasting * 1.5)
    expect(breaches(limit.scenario, longer, { rate })).toContain('unknownPublishes')
  })
})

test('how many may meet the end of a worker of nginx depends on how many ask it', () => {
  const few = { subscribers: 300, rate: 20 }
  const many = { subscribers: 3_000, rate: 200 }
  const failures = { connectFailures: 50, unknownPublishes: 20 }
  expect(breaches(ingressReload, failures, few)).toEqual(
    expect.arrayContaining(['connectFailures', 'unknownPublishes']),
  )
  const found = breaches(ingressReload, failures, many)
  expect(found).not.toContain('connectFailures')
  expect(found).not.toContain('unknownPublishes')
})

test('each pod that drains may send all newcomers on', () => {
  expect(breaches(rollout, { refusals: 30 }, { subscribers: 10 })).not.toContain('refusals')
  expect(breaches(rollout, { refusals: 31 }, { subscribers: 10 })).toContain('refusals')
})
