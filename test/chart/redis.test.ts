import { describe, expect, test } from 'vitest'
import { resolve } from '../../src/config/resolve.ts'
import { SERVE_TABLE } from '../../src/config/serve/serve-table.ts'
import { HELMS } from '../../rig/release/helm.ts'
import type { Container } from './kube-objects.ts'
import { render, type GivenValues, type Rendered } from './render.ts'

/** Everything about Redis that a pod can be told. */
const EVERYTHING = {
  'controller.enabled': false,
  'redis.url': 'rediss://redis.example',
  'redis.prefix': 'staging',
  'redis.existingSecret.name': 'account',
  'redis.existingSecret.usernameKey': 'user',
  'redis.existingSecret.passwordKey': 'redis-password',
  'redis.caSecret.name': 'authorities',
  'redis.caSecret.key': 'bundle.pem',
  'redis.certificateSecret.name': 'client',
  'redis.certificateSecret.privateKeyKey': 'client.key',
}

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
      'controller.enabled': false,
      'redis.existingSecret.name': 'connection',
      'redis.existingSecret.key': 'uri',
    })

    expect(serverOf(chart).env).toContainEqual({
      name: 'RUNNEL_REDIS_URL',
      valueFrom: { secretKeyRef: { name: 'connection', key: 'uri' } },
    })
    expect(chart.server.spec.template.spec.volumes).toBeUndefined()
  })

  test('the URL may stand in values, and user and password in a Secret', async () => {
    const { containers, volumes } = (await render(helm, EVERYTHING)).server.spec.template.spec

    expect(redisVariables(containers[0])).toEqual([
      { name: 'RUNNEL_REDIS_URL', value: 'rediss://redis.example' },
      { name: 'RUNNEL_REDIS_PREFIX', value: 'staging' },
      {
        name: 'RUNNEL_REDIS_USERNAME',
        valueFrom: { secretKeyRef: { name: 'account', key: 'user' } },
      },
      { name: 'RUNNEL_REDIS_PASSWORD_FILE', value: '/etc/runnel/redis/password' },
      { name: 'RUNNEL_REDIS_CA_FILE', value: '/etc/runnel/redis/ca.crt' },
      { name: 'RUNNEL_REDIS_CERT_FILE', value: '/etc/runnel/redis/tls.crt' },
      { name: 'RUNNEL_REDIS_KEY_FILE', value: '/etc/runnel/redis/tls.key' },
    ])
    expect(volumes).toEqual([
      {
        name: 'redis',
        projected: {
          sources: [
            fromSecret('account', { 'redis-password': 'password' }),
            fromSecret('authorities', { 'bundle.pem': 'ca.crt' }),
            fromSecret('client', { 'tls.crt': 'tls.crt', 'client.key': 'tls.key' }),
          ],
        },
      },
    ])
    // A file mounted by itself, with a subPath, would never change.
    expect(containers[0].volumeMounts).toEqual([
      { name: 'redis', mountPath: '/etc/runnel/redis', readOnly: true },
    ])
  })

  test('the service understands all variables', async () => {
    const env = serverOf(await render(helm, EVERYTHING)).env.map(
      ({ name, value = 'from-the-secret' }) => [name, value] as const,
    )

    expect(resolve(SERVE_TABLE, { env: Object.fromEntries(env), flags: {} })).toMatchObject({
      kind: 'resolved',
      warnings: [],
      config: {
        redisPrefix: 'staging',
        redisUsername: 'from-the-secret',
        redisPasswordFile: '/etc/runnel/redis/password',
        redisCaFile: '/etc/runnel/redis/ca.crt',
        redisCertFile: '/etc/runnel/redis/tls.crt',
        redisKeyFile: '/etc/runnel/redis/tls.key',
      },
    })
  })

  test.each<[GivenValues, string[]]>([
    [{ 'redis.username': 'events' }, ['RUNNEL_REDIS_USERNAME']],
    [
      { 'redis.existingSecret.name': 'account', 'redis.existingSecret.passwordKey': 'password' },
      ['RUNNEL_REDIS_PASSWORD_FILE'],
    ],
    [{ 'redis.caSecret.name': 'authorities' }, ['RUNNEL_REDIS_CA_FILE']],
    [
      { 'redis.certificateSecret.name': 'client' },
      ['RUNNEL_REDIS_CERT_FILE', 'RUNNEL_REDIS_KEY_FILE'],
    ],
  ])('no part needs another: %j', async (values, variables) => {
    const chart = await render(helm, { 'redis.url': 'rediss://redis', ...values })

    expect(redisVariables(serverOf(chart)).map(({ name }) => name)).toEqual([
      'RUNNEL_REDIS_URL',
      ...variables,
    ])
  })

  test('one Secret may hold URL, user and password', async () => {
    const chart = await render(helm, {
      'redis.existingSecret.name': 'account',
      'redis.existingSecret.passwordKey': 'password',
      'redis.username': 'events$(HOME)',
    })

    expect(redisVariables(serverOf(chart))).toEqual([
      {
        name: 'RUNNEL_REDIS_URL',
        valueFrom: { secretKeyRef: { name: 'account', key: 'url' } },
      },
      { name: 'RUNNEL_REDIS_USERNAME', value: 'events$$(HOME)' },
      { name: 'RUNNEL_REDIS_PASSWORD_FILE', value: '/etc/runnel/redis/password' },
    ])
  })

  test('without Redis no variable of it is set', async () => {
    const server = serverOf(await render(helm, { 'controller.enabled': false }))

    expect(server.env.filter(({ name }) => /REDIS|PUBLISH_ACK/.test(name))).toEqual([])
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

function redisVariables({ env }: Container): Container['env'] {
  return env.filter(({ name }) => name.startsWith('RUNNEL_REDIS_'))
}

/** A source of a projected volume, with the path of each key. */
function fromSecret(name: string, paths: Readonly<Record<string, string>>): unknown {
  return {
    secret: { name, items: Object.entries(paths).map(([key, path]) => ({ key, path })) },
  }
}

function serverOf(chart: Rendered): Container {
  return chart.server.spec.template.spec.containers[0]
}

/** Expands the value of a variable as Kubernetes does, if it contains no other variable. */
function expand(value: string): string {
  if (/(?<!\$)(\$\$)*\$\(/.test(value)) throw new Error(`expected no variable in ${value}`)
  return value.replaceAll('$$', '$')
}
