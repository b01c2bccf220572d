import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readAutoscalerSpec } from './autoscaler-spec.ts'
import { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'

interface Recorded {
  readonly spec: unknown
  readonly steps: readonly (readonly [
    second: number,
    asked: number,
    existing: number,
    metric: number,
    decided: number,
  ])[]
}

const RECORDED = new URL('recorded/decisions.jsonl', import.meta.url)

const recorded = readFileSync(RECORDED, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded)

test('the model decides as the code of Kubernetes did, for random autoscalers and loads', () => {
  expect(recorded.length).toBeGreaterThanOrEqual(40)
  for (const { spec, steps } of recorded) {
    const autoscaler = new HorizontalPodAutoscaler()
    const decided = steps.map(([second, asked, existing, metric]) =>
      autoscaler.synchronize(second, readAutoscalerSpec(spec), { asked, existing }, metric),
    )
    expect(decided, `with ${JSON.stringify(spec)}`).toEqual(steps.map((step) => step[4]))
  }
})
