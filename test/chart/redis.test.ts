import { describe, expect, test } from 'vitest'
import { resolve } from '../../src/config/resolve.ts'
import { SERVE_TABLE } from '../../src/config/serve/serve-table.ts'
import { HELMS } from '../../rig/release/helm.ts'
import type { Container } from './kube-objects.ts'
import { render, type Rendered } from './render.ts'

const VARIABLES = ['RUNNEL_REDIS_URL', 'RUNNEL_REDIS_CA_FILE', 'RUNNEL_PUBLISH_ACK']

describe.each(HELMS)('$name', (helm) => {
  test.each([
    ['redis://redis', { topology: 'single', tls: false }],
    ['rediss://app:secret@redis.example:6380/2', { topology: 'single', tls: true, db: 2 }],
    // Unescaped, Kubernetes would expand these to a variable and to one dollar sign.
    ['redis://:a$(HOME)$$b$@redis', { topology: 'single', password: 'a$(HOME)$$b$' }],
    ['redis+sentinel://one,two:26380/main', { topology: 'sentinel', primaryName: 'main' }],
    ['rediss+cluster://one,two', { topology: 'cluster', tls: true }],
  ])('the service finds Redis at %s', async (url, redisUrl) => {
    const chart = await render(helm, { 'redis.url': url, 'redis.publishAck': 'replicated' })

    const env = Object.fromEntries(
      serverOf(chart).env.map(({ name, value = '' }) => [name, expand(value)]),
    )
    expect(resolve(SERVE_TABLE, { env, flags: {} })).toMatchObject({
      kind: 'resolved',
      warnings: [],
      config: { redisUrl, publishAck: 'replicated' },
    })
  })

  test('the URL may stay in a Secret', async () => {
    const chart = await render(helm, {
      'redis.existingSecret.name': 'connection',
      'redis.existingSecret.key': 'uri',
    })

    expect(serverOf(chart).env).toContainEqual({
      name: 'RUNNEL_REDIS_URL',
      valueFrom: { secretKeyRef: { name: 'connection', key: 'uri' } },
    })
  })

  test('authorities come from a Secret, for reading, under one name', async () => {
    const chart = await render(helm, {
      'controller.enabled': false,
      'redis.url': 'rediss://redis',
      'redis.caSecret.name': 'authorities',
      'redis.caSecret.key': 'bundle.pem',
    })

    const { volumes, containers } = chart.server.spec.template.spec
    expect(volumes).toEqual([
      {
        name: 'redis-authorities',
        secret: {
          secretName: 'authorities',
          items: [{ key: 'bundle.pem', path: 'ca.crt' }],
        },
      },
    ])
    expect(containers[0].volumeMounts).toEqual([
      { name: 'redis-authorities', mountPath: '/etc/runnel/redis', readOnly: true },
    ])
    expect(containers[0].env).toContainEqual({
      name: 'RUNNEL_REDIS_CA_FILE',
      value: '/etc/runnel/redis/ca.crt',
    })
  })

  test('without Redis no variable of it is set', async () => {
    const server = serverOf(await render(helm, { 'controller.enabled': false }))

    expect(server.env.filter(({ name }) => VARIABLES.includes(name))).toEqual([])
    expect(server.volumeMounts).toBeUndefined()
  })

  test('with Redis a new pod must be ready for a while before an old one leaves', async () => {
    const { spec } = (await render(helm, { 'redis.url': 'redis://redis' })).server

    expect(spec).toMatchObject({
      minReadySeconds: 10,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    })
  })
})

function serverOf(chart: Rendered): Container {
  return chart.server.spec.template.spec.containers[0]
}

/** Expands the value of a variable as Kubernetes does, if it contains no other variable. */
function expand(value: string): string {
  if (/(?<!\$)(\$\$)*\$\(/.test(value)) throw new Error(`expected no variable in ${value}`)
  return value.replaceAll('$$', '$')
}
