import { expect, test } from 'vitest'
import { chooseProvider } from './choose-provider.ts'

const METRICS_APIS = ['ours', 'foreign', 'absent'] as const

test.for([
  ['ours', true, 'CustomMetrics'],
  ['ours', false, 'CustomMetrics'],
  ['foreign', true, 'KEDA'],
  ['foreign', false, 'Direct'],
  ['absent', true, 'KEDA'],
  ['absent', false, 'Direct'],
] as const)(
  'with metrics API %s and KEDA %s, Auto is %s, and says why',
  ([metricsApi, hasKeda, provider]) => {
    const choice = chooseProvider('Auto', { metricsApi, hasKeda, metricUrl: '' })

    expect(choice.provider).toBe(provider)
    expect(choice.why).toMatch(new RegExp(`^Auto chose ${provider}: .+\\.$`))
  },
)

test.for(['CustomMetrics', 'KEDA', 'Direct', 'External', 'None'] as const)(
  '%s stands, whatever the cluster has',
  (asked) => {
    for (const metricsApi of METRICS_APIS) {
      for (const hasKeda of [true, false]) {
        const choice = chooseProvider(asked, { metricsApi, hasKeda, metricUrl: '' })
        expect(choice).toEqual({ provider: asked, why: `spec.scaling.provider is ${asked}.` })
      }
    }
  },
)
