import { describe, expect, test } from 'vitest'
import { HELMS } from '../../rig/release/helm.ts'
import { render } from './render.ts'

const EVERYTHING = { 'metricsApi.register': true }

describe.each(HELMS)('$name', (helm) => {
  test('every listener takes connections of IPv4 and IPv6', async () => {
    const chart = await render(helm, EVERYTHING)

    const listeners = [chart.server, chart.controller].flatMap(({ spec }) =>
      spec.template.spec.containers[0].env.filter(({ name }) => name.endsWith('LISTEN')),
    )
    expect(listeners.map(({ value }) => value)).toEqual([
      '[::]:8080',
      '[::]:9090',
      '[::]:9090',
      '[::]:10250',
    ])
  })

  test.each([
    [{}, 'PreferDualStack'],
    [{ 'service.ipFamilyPolicy': 'SingleStack' }, 'SingleStack'],
  ])(
    'every Service has addresses of the families that are asked for: %j',
    async (values, policy) => {
      const services = (await render(helm, { ...EVERYTHING, ...values })).all('Service')

      expect(services.map(({ spec }) => spec.ipFamilyPolicy)).toEqual([policy, policy, policy])
    },
  )
})
