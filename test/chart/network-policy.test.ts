import { describe, expect, test } from 'vitest'
import { HELMS } from '../../rig/release/helm.ts'
import type { NetworkPolicy } from './kube-objects.ts'
import { render } from './render.ts'

const ENABLED = { 'networkPolicy.enabled': true }
const PROMETHEUS = { namespaceSelector: { matchLabels: { name: 'monitoring' } } }
const INGRESS = { ipBlock: { cidr: '192.0.2.0/24' } }

describe.each(HELMS)('$name', (helm) => {
  test('there is no policy by default', async () => {
    expect((await render(helm)).all('NetworkPolicy')).toEqual([])
  })

  test('all reach the port of clients, and only the controller the admin port', async () => {
    const chart = await render(helm, ENABLED)

    const policy = chart.one('NetworkPolicy', 'runnel')
    expect(chart.server.spec.template.metadata.labels).toMatchObject(selectorOf(policy))
    expect(chart.controller.spec.template.metadata.labels).not.toMatchObject(selectorOf(policy))
    expect(policy.spec.policyTypes).toEqual(['Ingress'])
    expect(policy.spec.ingress).toEqual([
      { ports: [{ port: 'http' }] },
      {
        ports: [{ port: 'admin' }],
        from: [{ podSelector: chart.controller.spec.selector }],
      },
    ])
  })

  test('the namespace reaches the admin port of the controller, and all its metrics API', async () => {
    const chart = await render(helm, { ...ENABLED, 'metricsApi.register': true })

    const policy = chart.one('NetworkPolicy', '-controller')
    expect(chart.controller.spec.template.metadata.labels).toMatchObject(selectorOf(policy))
    expect(policy.spec.policyTypes).toEqual(['Ingress'])
    expect(policy.spec.ingress).toEqual([
      { ports: [{ port: 'admin' }], from: [{ podSelector: {} }] },
      { ports: [{ port: 'metrics-api' }] },
    ])
    const unregistered = await render(helm, ENABLED)
    expect(unregistered.one('NetworkPolicy', '-controller').spec.ingress).toHaveLength(1)
  })

  test('further peers are values, and never shut out the pod of the test', async () => {
    const chart = await render(helm, {
      ...ENABLED,
      'networkPolicy.ingressFrom': [INGRESS],
      'networkPolicy.adminFrom': [PROMETHEUS],
    })

    const [clients, admin] = chart.one('NetworkPolicy', 'runnel').spec.ingress
    const [peer, check] = clients?.from ?? []
    expect(peer).toEqual(INGRESS)
    expect(chart.one('Pod').metadata.labels).toMatchObject(check?.podSelector?.matchLabels ?? {})
    expect(check?.podSelector?.matchLabels).toBeDefined()
    expect(admin?.from).toContainEqual(PROMETHEUS)
    expect(chart.one('NetworkPolicy', '-controller').spec.ingress[0]?.from).toContainEqual(
      PROMETHEUS,
    )
  })

  test('without a controller the admin port answers only to peers that are values', async () => {
    const alone = { ...ENABLED, 'controller.enabled': false }
    const chart = await render(helm, alone)
    expect(chart.one('NetworkPolicy').spec.ingress).toEqual([{ ports: [{ port: 'http' }] }])

    const watched = await render(helm, { ...alone, 'networkPolicy.adminFrom': [PROMETHEUS] })
    expect(watched.one('NetworkPolicy').spec.ingress[1]).toEqual({
      ports: [{ port: 'admin' }],
      from: [PROMETHEUS],
    })
  })
})

function selectorOf({ spec }: NetworkPolicy): Readonly<Record<string, string>> {
  return spec.podSelector.matchLabels ?? {}
}
