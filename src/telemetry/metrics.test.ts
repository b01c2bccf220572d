import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

test('counters count on, with their labels', async () => {
  const { meter, render } = createMetrics()
  const counter = meter.createCounter('runnel_events', { description: 'Events.' })
  counter.add(1, { result: 'done' })
  expect(await render()).toContain('runnel_events_total{result="done"} 1\n')
  counter.add(2, { result: 'done' })

  const lines = (await render()).trimEnd().split('\n')
  expect(lines).toEqual([
    '# HELP runnel_events_total Events.',
    '# TYPE runnel_events_total counter',
    'runnel_events_total{result="done"} 3',
  ])
})

test('a gauge shows what is observed, and nothing of what was', async () => {
  const { meter, render } = createMetrics()
  let fleets = ['a', 'b']
  meter.createObservableGauge('runnel_fleets').addCallback((result) => {
    for (const name of fleets) result.observe(1, { name })
  })
  expect(await render()).toMatch(/name="a"(.|\n)*name="b"/)
  expect(await render()).toMatch(/name="a"(.|\n)*name="b"/)

  fleets = ['b']
  expect(await render()).toContain('{name="b"} 1')
  expect(await render()).not.toContain('name="a"')
})

test('a callback that throws is an error, and not a metric that is silently missing', async () => {
  const { meter, render } = createMetrics()
  meter.createObservableGauge('runnel_fleets').addCallback(() => {
    throw new Error('broken')
  })

  await expect(render()).rejects.toThrow('broken')
})
