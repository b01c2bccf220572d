/** What connections take from files each time that they are made. */
import { readdirSync } from 'node:fs'
import { copyFile, mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TestAuthority } from '../../rig/servers/redis-tls.ts'
import { redisAccess } from '../../test/support/redis/redis-access.ts'

test('files that have not changed are parsed once, and none is left open', async () => {
  await using tls = await TestAuthority.create()
  await using other = await TestAuthority.create()
  await using folder = await mkdtempDisposable(join(tmpdir(), 'runnel-credentials-'))
  const caFile = join(folder.path, 'rotated.pem')
  await copyFile(tls.caFile, caFile)
  const { credentials } = redisAccess('rediss://redis.example', { caFile })
  const context = credentials.secureContext
  const open = readdirSync('/proc/self/fd').length
  for (let connection = 0; connection < 100; connection++) {
    expect(credentials.secureContext).toBe(context)
  }
  expect(readdirSync('/proc/self/fd').length).toBeLessThan(open + 50)
  await copyFile(other.caFile, caFile)
  const rotated = credentials.secureContext
  expect(rotated).not.toBe(context)
  expect(credentials.secureContext).toBe(rotated)
})
