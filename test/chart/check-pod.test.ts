import { describe, expect, test } from 'vitest'
import { HELMS } from '../../rig/release/helm.ts'
import { render, type GivenValues } from './render.ts'

const CONTROLLER = 'ingress-nginx-controller.ingress-nginx.svc'
const SERVICE = 'http://events-runnel.streams.svc'

describe.each(HELMS)('$name', (helm) => {
  test.each<[string, GivenValues, string[]]>([
    ['the ingress under its own name', {}, [`http://${CONTROLLER}`]],
    [
      'a host, where the controller is',
      { 'exposure.host': 'events.example', 'tests.ingressAddress': 'edge.example:8080' },
      ['http://events.example', '--connect', 'edge.example:8080'],
    ],
    [
      'a host with a certificate',
      { 'exposure.host': 'events.example', 'exposure.tls.secretName': 'certificate' },
      ['https://events.example', '--connect', CONTROLLER],
    ],
    ['the Service, where nothing leads in', { 'exposure.preset': 'none' }, [SERVICE]],
  ])('the test asks %s', async (_, values, target) => {
    const chart = await render(helm, values, { release: 'events', namespace: 'streams' })

    const [check] = chart.one('Pod').spec.containers
    expect(check.args).toEqual(['check', ...target, '--publish-url', SERVICE, '--wait', '30s'])
  })

  test('the test is a hook whose pod stays only if it fails', async () => {
    const { metadata, spec } = (await render(helm)).one('Pod')

    expect(metadata.annotations).toEqual({
      'helm.sh/hook': 'test',
      'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
    })
    expect(spec).toMatchObject({ restartPolicy: 'Never' })
  })
})
