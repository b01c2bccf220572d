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
    [
      'the controller at an IPv6 address',
      { 'tests.ingressAddress': '[fd00::1]:8080' },
      ['http://[fd00::1]:8080'],
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

  test('what a namespace asks of the pods of the service, the pod of the test has, too', async () => {
    const resources = {
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { cpu: 1, memory: '1Gi' },
    }
    const chart = await render(helm, {
      resources,
      podLabels: { team: 'events' },
      podAnnotations: { 'example.com/owner': 'events' },
    })

    const { metadata, spec } = chart.one('Pod')
    expect(spec.containers[0].resources).toEqual(resources)
    expect(metadata.labels).toMatchObject({ team: 'events' })
    expect(metadata.annotations).toMatchObject({ 'example.com/owner': 'events' })
  })

  test('its own values beat those of the service, and none beats what makes it the test', async () => {
    const own = { limits: { memory: '64Mi' } }
    const plain = (await render(helm)).one('Pod').metadata
    const chart = await render(helm, {
      'resources.limits': { cpu: 1 },
      podLabels: { team: 'events', 'app.kubernetes.io/part-of': 'shop' },
      podAnnotations: { 'sidecar.istio.io/inject': 'true', 'helm.sh/hook': 'post-install' },
      'tests.resources': own,
      'tests.podLabels': { team: 'tests' },
      'tests.podAnnotations': { 'sidecar.istio.io/inject': 'false' },
    })

    const { metadata, spec } = chart.one('Pod')
    expect(spec.containers[0].resources).toEqual(own)
    expect(metadata.labels).toEqual({ ...plain.labels, team: 'tests' })
    expect(metadata.annotations).toEqual({
      ...plain.annotations,
      'sidecar.istio.io/inject': 'false',
    })
  })
})
