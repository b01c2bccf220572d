import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseRedisUrl } from '../../src/lib/redis-url.ts'
import { CHART, HELMS, runHelm } from '../../rig/release/helm.ts'
import { parseObjects, Rendered, render } from './render.ts'

const VALUES = `${CHART}/ci/demo-values.yaml`

/** What the pods of both servers must be, and the user of each image. */
const SERVERS = [
  { name: 'redis', user: 999, image: /^docker\.io\/valkey\/valkey:\d+\.\d+\.\d+$/ },
  { name: 'jaeger', user: 10_001, image: /^docker\.io\/jaegertracing\/jaeger:\d+\.\d+\.\d+$/ },
] as const
const [redis, jaeger] = [manifestOf('redis'), manifestOf('jaeger')]

describe.each(SERVERS)('the manifest of $name', ({ name, user, image }) => {
  const manifest = manifestOf(name)
  const pod = manifest.one('Deployment').spec.template

  test('its pod meets the restricted Pod Security Standard, on a read-only root', () => {
    expect(pod.spec.automountServiceAccountToken).toBe(false)
    expect(pod.spec.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: user,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(pod.spec.containers).toHaveLength(1)
    expect(pod.spec.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    })
  })

  test('its image is a public one of one version, and its memory is limited', () => {
    expect(pod.spec.containers[0].image).toMatch(image)
    expect(pod.spec.containers[0].resources).toMatchObject({
      limits: { memory: expect.stringMatching(/^\d+Mi$/) },
    })
  })

  test('there is never a second pod, and each port of the Service is one of the pod', () => {
    const { spec } = manifest.one('Deployment')
    const { selector, ports } = manifest.one('Service').spec
    expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } })
    expect(spec.template.metadata.labels).toMatchObject(selector)
    const portsOfPod = pod.spec.containers[0].ports.map((port) => [port.name, port.containerPort])
    for (const { targetPort, port } of ports) expect(portsOfPod).toContainEqual([targetPort, port])
  })
})

test('the memory of the Redis is bounded; full, it refuses writes, evicts nothing and saves nothing', () => {
  const { args } = redis.one('Deployment').spec.template.spec.containers[0]
  expect(Object.fromEntries(pairsOf(args))).toEqual({
    '--maxmemory': '256mb',
    '--maxmemory-policy': 'noeviction',
    '--save': '',
    '--protected-mode': 'no',
  })
})

describe.each(HELMS)('$name', (helm) => {
  test('the pods of the demo use the Redis of the manifest, and trace to its Jaeger', async () => {
    const chart = await render(helm, {}, { valuesFile: VALUES })

    const { env } = chart.server.spec.template.spec.containers[0]
    const valueOf = (variable: string) => env.find(({ name }) => name === variable)?.value ?? ''
    expect(parseRedisUrl(valueOf('RUNNEL_REDIS_URL'))?.hosts).toEqual([
      { host: redis.one('Service').metadata.name, port: redis.one('Service').spec.ports[0]?.port },
    ])
    const ports = jaeger.one('Service').spec.ports.filter(({ name }) => name === 'otlp-http')
    expect(valueOf('OTEL_EXPORTER_OTLP_ENDPOINT')).toBe(
      `http://${jaeger.one('Service').metadata.name}:${ports[0]?.port}`,
    )
    expect(valueOf('OTEL_TRACES_SAMPLER')).toBe('always_on')
  })

  test('the controller sets the number of pods of the demo, three at least', async () => {
    const chart = await render(helm, {}, { valuesFile: VALUES })

    expect(chart.server.spec).not.toHaveProperty('replicas')
    expect(chart.one('StreamCapacity').spec['scaling']).toMatchObject({
      provider: 'Direct',
      minReplicas: 3,
    })
  })

  test.each(SERVERS)('no Service of the chart selects the pod of $name', async ({ name }) => {
    const chart = await render(helm, {}, { valuesFile: VALUES })

    const { labels } = manifestOf(name).one('Deployment').spec.template.metadata
    for (const { spec } of chart.all('Service')) expect(labels).not.toMatchObject(spec.selector)
  })

  test('lint finds nothing in the demo', async () => {
    const report = await runHelm(helm, ['lint', '--strict', '--quiet', '--values', VALUES, CHART])

    expect(report).toBe('')
  })
})

function* pairsOf(args: readonly string[]): Generator<readonly [string, string]> {
  for (let index = 0; index < args.length; index += 2) yield [args[index]!, args[index + 1]!]
}

function manifestOf(name: string): Rendered {
  const text = readFileSync(new URL(`../../manifests/${name}.yaml`, import.meta.url), 'utf8')
  return new Rendered(parseObjects(text))
}
