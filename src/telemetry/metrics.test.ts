import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

test('counters count on, with their labels', async () => {
  const metrics = createMetrics()
  const { meter } = metrics
  const counter = meter.createCounter('runnel_events', { description: 'Events.' })
  counter.add(1, { result: 'done' })
  expect(await metrics.render()).toContain('runnel_events_total{result="done"} 1\n')
  counter.add(2, { result: 'done' })

  const lines = (await metrics.render()).trimEnd().split('\n')
  expect(lines).toEqual([
    '# HELP runnel_events_total Events.',
    '# TYPE runnel_events_total counter',
    'runnel_events_total{result="done"} 3',
  ])
})

test('a gauge shows what is observed, and nothing of what was', async () => {
  const metrics = createMetrics()
  const { meter } = metrics
  let fleets = ['a', 'b']
  meter.createObservableGauge('runnel_fleets').addCallback((result) => {
    for (const name of fleets) result.observe(1, { name })
  })
  expect(await metrics.render()).toMatch(/name="a"(.|\n)*name="b"/)
  expect(await metrics.render()).toMatch(/name="a"(.|\n)*name="b"/)

  fleets = ['b']
  expect(await metrics.render()).toContain('{name="b"} 1')
  expect(await metrics.render()).not.toContain('name="a"')
})

test('a callback that throws is an error, and not a metric that is silently missing', async () => {
  const metrics = createMetrics()
  const { meter } = metrics
  meter.createObservableGauge('runnel_fleets').addCallback(() => {
    throw new Error('broken')
  })

  await expect(metrics.render()).rejects.toThrow('broken')
})
