import { describe, expect, test } from 'vitest'
import { HELMS } from '../../rig/release/helm.ts'
import type { Ingress, Service } from './kube-objects.ts'
import { render } from './render.ts'

const NGINX = 'nginx.ingress.kubernetes.io/'

describe.each(HELMS)('$name', (helm) => {
  test('the Services find the pods of the service, and not that of the test', async () => {
    const chart = await render(helm, { podLabels: { team: 'events' } })

    const { labels } = chart.server.spec.template.metadata
    for (const { spec } of [chart.one('Service', 'runnel'), chart.one('Service', '-admin')]) {
      expect(labels).toMatchObject(spec.selector)
      expect(chart.one('Pod').metadata.labels).not.toMatchObject(spec.selector)
      expect(chart.controller.spec.template.metadata.labels).not.toMatchObject(spec.selector)
    }
  })

  test('each Service leads to a port of the container', async () => {
    const chart = await render(helm)

    const [server] = chart.server.spec.template.spec.containers
    expect(portsOf(chart.one('Service', 'runnel'))).toEqual([
      { name: 'http', port: 80, targetPort: 'http', appProtocol: 'http' },
    ])
    expect(portsOf(chart.one('Service', '-admin'))).toEqual([
      { name: 'admin', port: 9090, targetPort: 'admin', appProtocol: 'http' },
    ])
    expect(server.ports).toEqual([
      { name: 'http', containerPort: 8080 },
      { name: 'admin', containerPort: 9090 },
    ])
  })

  test('streams and polls are routed; publishing, probes and the admin port are not', async () => {
    const chart = await render(helm)

    expect(pathsOf(chart.one('Ingress', '-stream'))).toEqual([['Prefix', '/stream']])
    expect(pathsOf(chart.one('Ingress', '-api'))).toEqual([
      ['Prefix', '/poll'],
      ['Exact', '/health/stream-capacity'],
    ])
    for (const { spec } of chart.all('Ingress')) {
      for (const { backend } of spec.rules.flatMap(({ http }) => http.paths)) {
        expect(backend).toEqual({ service: { name: 'runnel', port: { name: 'http' } } })
      }
    }
  })

  test('a stream may be silent for an hour, a poll for its wait and ten seconds', async () => {
    const chart = await render(helm)

    expect(chart.one('Ingress', '-stream').metadata.annotations).toEqual({
      [`${NGINX}proxy-read-timeout`]: '3600',
      [`${NGINX}proxy-buffering`]: 'off',
    })
    expect(chart.one('Ingress', '-api').metadata.annotations).toEqual({
      [`${NGINX}proxy-read-timeout`]: '65',
      [`${NGINX}proxy-next-upstream-tries`]: '2',
    })
  })

  test('nothing needs snippets, rewrites or regular expressions', async () => {
    const chart = await render(helm, { 'exposure.host': 'events.example' })

    for (const { metadata, spec } of chart.all('Ingress')) {
      for (const name of Object.keys(metadata.annotations!)) {
        expect(name).not.toMatch(/snippet|rewrite|regex/)
      }
      for (const { pathType } of spec.rules.flatMap(({ http }) => http.paths)) {
        expect(pathType).not.toBe('ImplementationSpecific')
      }
    }
  })

  test('both Ingresses answer for one host with one certificate', async () => {
    const chart = await render(helm, {
      'exposure.className': 'edge',
      'exposure.host': 'events.example',
      'exposure.tls.secretName': 'certificate',
      'exposure.annotations': { 'example.com/note': 'on' },
    })

    const ingresses = chart.all('Ingress')
    expect(ingresses).toHaveLength(2)
    for (const { metadata, spec } of ingresses) {
      expect(metadata.annotations).toMatchObject({ 'example.com/note': 'on' })
      expect(spec).toMatchObject({
        ingressClassName: 'edge',
        tls: [{ hosts: ['events.example'], secretName: 'certificate' }],
        rules: [{ host: 'events.example' }],
      })
    }
  })

  test('without a host they answer for every name, without a class for the default one', async () => {
    const chart = await render(helm, { 'exposure.className': '' })

    for (const { spec } of chart.all('Ingress')) {
      expect(Object.keys(spec)).toEqual(['rules'])
      expect(Object.keys(spec.rules[0]!)).toEqual(['http'])
    }
  })

  test('without a preset there is no Ingress', async () => {
    const chart = await render(helm, { 'exposure.preset': 'none' })

    expect(chart.all('Ingress')).toEqual([])
    expect(chart.all('Service')).toHaveLength(3)
  })
})

function portsOf({ spec }: Service): unknown {
  return spec.ports
}

function pathsOf({ spec }: Ingress): [string, string][] {
  return spec.rules.flatMap(({ http }) =>
    http.paths.map(({ pathType, path }): [string, string] => [pathType, path]),
  )
}
