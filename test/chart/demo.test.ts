import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseRedisUrl } from '../../src/lib/redis-url.ts'
import { CHART, HELMS, runHelm } from './helm.ts'
import { parseObjects, Rendered, render } from './render.ts'

const VALUES = `${CHART}/ci/demo-values.yaml`
const text = readFileSync(new URL('../../manifests/redis.yaml', import.meta.url), 'utf8')
const redis = new Rendered(parseObjects(text))
const pod = redis.one('Deployment').spec.template

describe('redis.yaml', () => {
  test('its pod meets the restricted Pod Security Standard, on a read-only root', () => {
    expect(pod.spec.automountServiceAccountToken).toBe(false)
    expect(pod.spec.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 999,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(pod.spec.containers).toHaveLength(1)
    expect(pod.spec.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    })
  })

  test('its memory is bounded; a full server refuses writes, evicts nothing and saves nothing', () => {
    const { args } = pod.spec.containers[0]
    expect(Object.fromEntries(pairsOf(args))).toEqual({
      '--maxmemory': '256mb',
      '--maxmemory-policy': 'noeviction',
      '--save': '',
      '--protected-mode': 'no',
    })
  })

  test('its image is a public one of one version', () => {
    expect(pod.spec.containers[0].image).toMatch(/^docker\.io\/valkey\/valkey:\d+\.\d+\.\d+$/)
  })

  test('there is never a second pod, and the Service leads to the one', () => {
    const { spec } = redis.one('Deployment')
    expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } })
    expect(spec.template.metadata.labels).toMatchObject(redis.one('Service').spec.selector)
  })
})

describe.each(HELMS)('$name', (helm) => {
  test('the demo is three pods with the Redis of the manifest', async () => {
    const chart = await render(helm, {}, { valuesFile: VALUES })

    const { spec } = chart.server
    expect(spec.replicas).toBe(3)
    const { env } = spec.template.spec.containers[0]
    const url = env.find(({ name }) => name === 'RUNNEL_REDIS_URL')?.value
    const { metadata, spec: service } = redis.one('Service')
    expect(parseRedisUrl(url ?? '')?.hosts).toEqual([
      { host: metadata.name, port: service.ports[0]?.port },
    ])
  })

  test('the Services of the chart do not select the Redis pod', async () => {
    const chart = await render(helm, {}, { valuesFile: VALUES })

    for (const { spec } of chart.all('Service')) {
      expect(pod.metadata.labels).not.toMatchObject(spec.selector)
    }
  })

  test('lint finds nothing in the demo', async () => {
    const report = await runHelm(helm, ['lint', '--strict', '--quiet', '--values', VALUES, CHART])

    expect(report).toBe('')
  })
})

function* pairsOf(args: readonly string[]): Generator<readonly [string, string]> {
  for (let index = 0; index < args.length; index += 2) yield [args[index]!, args[index + 1]!]
}
