import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { load } from './load.ts'
import { SERVE_TABLE } from './serve/serve-table.ts'

/** The settings of Redis name the only file that must be readable at the start. */
const WITH_TLS = { RUNNEL_REDIS_URL: 'rediss://127.0.0.1:1' }

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

const EMPTY_CERTIFICATE = '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n'

function write(text: string | Uint8Array): string {
  const path = join(folder, 'file')
  writeFileSync(path, text)
  return path
}

test('a file may be named by a flag or a variable', async () => {
  const path = write(rootCertificates[0]!)

  for (const input of [
    { env: { ...WITH_TLS, RUNNEL_REDIS_CA_FILE: path } },
    { env: WITH_TLS, flags: { 'redis-ca-file': path } },
  ]) {
    const loading = await load(SERVE_TABLE, input)
    expect(loading).toMatchObject({ kind: 'resolved', config: { redisCaFile: path } })
  }
})

test.each<[name: string, problem: string, text: string | Uint8Array]>([
  ['blank', 'it does not hold that', ' \n'],
  ['half a certificate', 'it does not hold that', rootCertificates[0]!.slice(0, 500)],
  ['a certificate without content', 'certificates, all of them whole', EMPTY_CERTIFICATE],
  ['no text', 'it does not hold that', Buffer.from([0xff, 0xfe, 0xfd])],
  ['endless', 'at most 1048576 bytes', 'x'.repeat(1024 ** 2 + 1)],
])('a file that is %s is a problem of its setting', async (_name, problem, text) => {
  const loading = await load(SERVE_TABLE, {
    env: { ...WITH_TLS, RUNNEL_REDIS_CA_FILE: write(text) },
  })

  expect(loading).toMatchObject({
    kind: 'refused',
    problems: [
      { source: 'RUNNEL_REDIS_CA_FILE', message: expect.stringContaining(problem) as string },
    ],
  })
})

test('a password may be any bytes', async () => {
  const path = write(Buffer.from([0xff, 0x00, 0x0a]))
  const env = { ...WITH_TLS, RUNNEL_REDIS_PASSWORD_FILE: path }

  expect(await load(SERVE_TABLE, { env })).toMatchObject({ kind: 'resolved' })
})

test.each([
  ['PASSWORD_FILE', '', 'a password'],
  ['CERT_FILE', 'none', 'PEM certificates'],
  ['KEY_FILE', '-----BEGIN ENCRYPTED PRIVATE KEY-----', 'without a passphrase'],
])('a file without the content of REDIS_%s: %j', async (setting, text, problem) => {
  const name = `RUNNEL_REDIS_${setting}`
  const loading = await load(SERVE_TABLE, { env: { ...WITH_TLS, [name]: write(text) } })

  const told = loading.kind === 'refused' ? loading.problems : []
  expect(told).toContainEqual({
    source: name,
    message: expect.stringContaining(problem) as string,
  })
})

test('a directory is no file', async () => {
  const loading = await load(SERVE_TABLE, {
    env: { ...WITH_TLS, RUNNEL_REDIS_CA_FILE: folder },
  })

  expect(loading).toMatchObject({ kind: 'refused', problems: [expect.anything()] })
})

test('problems of files come after those of values, and warnings with both', async () => {
  const loading = await load(SERVE_TABLE, {
    env: {
      ...WITH_TLS,
      RUNNEL_REDIS_CA_FILE: '/nowhere/ca.crt',
      RUNNEL_RETRY: '3',
      RUNNEL_MAX_STREAM: '5',
    },
  })

  expect(loading).toMatchObject({
    kind: 'refused',
    problems: [{ source: 'RUNNEL_RETRY' }, { source: 'RUNNEL_REDIS_CA_FILE' }],
    warnings: [expect.stringContaining('RUNNEL_MAX_STREAM')],
  })
})

test('files that are read while the service runs may be missing at the start', async () => {
  const loading = await load(SERVE_TABLE, {
    env: {
      RUNNEL_CAPACITY_FILE: '/nowhere/capacity.json',
      RUNNEL_ADMIN_TOKEN_FILE: '/nowhere/token',
    },
  })

  expect(loading).toMatchObject({ kind: 'resolved' })
})
