import { describe, expect, test } from 'vitest'
import { HELMS } from '../../rig/release/helm.ts'
import { render, type GivenValues } from './render.ts'

const URL = { 'redis.url': 'redis://redis' }
const SECRET = { 'redis.existingSecret.name': 'redis' }
const VARIABLES = [
  'RUNNEL_REDIS_URL',
  'RUNNEL_REDIS_PREFIX',
  'RUNNEL_REDIS_PASSWORD_FILE',
  'RUNNEL_REDIS_CA_FILE',
  'RUNNEL_PUBLISH_ACK',
]

describe.each(HELMS)('$name', (helm) => {
  test.each<[GivenValues, string]>([
    [
      { ...URL, ...SECRET },
      'redis.url and redis.existingSecret.name are both set: if the Secret holds the password, name its key in redis.existingSecret.passwordKey; if it holds the URL, leave redis.url out',
    ],
    [
      { 'redis.url': 'http://:secret@redis' },
      'redis.url is none that is known, expected redis://host:6379, redis+sentinel://host1,host2/name or redis+cluster://host1,host2, and rediss in place of redis for TLS',
    ],
    ...['usernameKey', 'passwordKey'].map((key): [GivenValues, string] => [
      { ...URL, [`redis.existingSecret.${key}`]: 'key' },
      `redis.existingSecret.${key} is set without redis.existingSecret.name: name the Secret that has this key`,
    ]),
    [
      { ...URL, ...SECRET, 'redis.existingSecret.usernameKey': 'user', 'redis.username': 'events' },
      'redis.username and redis.existingSecret.usernameKey are both set: only one of them can say who the pods are',
    ],
    ...['redis://events@redis', 'redis://events:secret@redis'].flatMap((url) =>
      [
        { 'redis.username': 'events' },
        { ...SECRET, 'redis.existingSecret.usernameKey': 'user' },
      ].map((values): [GivenValues, string] => [
        { ...values, 'redis.url': url },
        'redis.url names a user, as another value does: leave the user out of the URL',
      ]),
    ),
    ...['redis://:secret@redis', 'rediss+cluster://events:secret@one,two'].map(
      (url): [GivenValues, string] => [
        { ...SECRET, 'redis.existingSecret.passwordKey': 'password', 'redis.url': url },
        'redis.url holds a password while redis.existingSecret.passwordKey names one: leave the password out of the URL',
      ],
    ),
    ...['username', 'prefix', 'caSecret.name', 'certificateSecret.name'].map(
      (name): [GivenValues, string] => [
        { [`redis.${name}`]: 'events' },
        `redis.${name} is set without redis.url or redis.existingSecret.name`,
      ],
    ),
    ...['caSecret', 'certificateSecret'].flatMap((secret) =>
      ['redis://redis', 'redis+cluster://redis'].map((url): [GivenValues, string] => [
        { [`redis.${secret}.name`]: 'certificates', 'redis.url': url },
        `redis.${secret}.name is set while redis.url is without TLS: expected rediss in place of redis`,
      ]),
    ),
    [
      { 'redis.publishAck': 'replicated' },
      'redis.publishAck is replicated without redis.url or redis.existingSecret.name: a log in memory has no replica',
    ],
    ...VARIABLES.map((name): [GivenValues, string] => [
      { extraEnv: [{ name, value: 'redis://redis' }] },
      `extraEnv sets ${name}, which has a value below redis: what else the chart does depends on it`,
    ]),
  ])('values that cannot work are refused with the reason: %j', async (values, reason) => {
    await expect(render(helm, values)).rejects.toThrow(`\n${reason}\n`)
  })

  test('a refused URL is not repeated: it may hold a password', async () => {
    for (const url of ['http://:secret@redis', ['redis://:secret@redis']]) {
      const refusal: unknown = await render(helm, { 'redis.url': url }).catch(
        (error: unknown) => error,
      )

      const { stderr } = refusal as { stderr: string }
      expect(stderr).toContain('redis')
      expect(stderr).not.toContain('secret')
    }
  })
})
