import { expect, test } from 'vitest'
import { publishText } from '../support/clients/requests.ts'
import { patiently } from './patiently.ts'
import { Release } from '../../rig/release/release.ts'
import { applyServer } from '../../rig/release/trial-servers.ts'

// Neither could stand in a URL as it is.
const FIRST = 'a/b#c@d%40 $(HOME)$$'
const SECOND = 'e:f?g&h"i'

test('a Secret may hold the password alone, and another password later', async () => {
  await using release = await Release.install('password')
  await applyServer('redis', release.namespace)
  await setPassword(release, FIRST)
  await release.kubectl('create', 'secret', 'generic', 'redis', `--from-literal=secret=${FIRST}`)

  await release.upgrade({
    'redis.url': 'redis://redis:6379',
    'redis.existingSecret.name': 'redis',
    'redis.existingSecret.passwordKey': 'secret',
  })
  await publishText(release.insideUrl, 'news', 'before')
  // The pod of the first revision is still ending.
  const pods = await patiently(async () => {
    const left = await release.pods()
    expect(left).toHaveLength(1)
    return left
  })

  const data = JSON.stringify({ stringData: { secret: SECOND } })
  await release.kubectl('patch', 'secret', 'redis', '--type=merge', `--patch=${data}`)
  await setPassword(release, SECOND, FIRST)
  // The kubelet brings a changed Secret to a pod within two minutes.
  await patiently(async () => publishText(release.insideUrl, 'news', 'after'))
  expect(await release.pods()).toEqual(pods)
})

/** Connections that have logged in with the old password are closed. */
async function setPassword(release: Release, password: string, old?: string): Promise<void> {
  const login = old === undefined ? [] : ['-a', old, '--no-auth-warning']
  const inside = ['exec', 'deployment/redis', '--', 'redis-cli']
  await release.kubectl(...inside, ...login, 'CONFIG', 'SET', 'requirepass', password)
  const now = ['-a', password, '--no-auth-warning']
  await release.kubectl(...inside, ...now, 'CLIENT', 'KILL', 'TYPE', 'normal')
}
