import { networkInterfaces } from 'node:os'
import { assert, expect, test } from 'vitest'
import { post, readProblem } from '../support/clients/requests.ts'
import { MountedFile } from '../support/mounted-file.ts'
import { startTestService } from '../support/service.ts'
import { startWithToken, TOKEN } from './token-file.ts'

/** Asks for a shed, which changes nothing where there are no streams. */
async function shed(adminUrl: string, token?: string): Promise<Response> {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  return post(`${adminUrl}/shed`, 'application/json', '{"count":1}', headers)
}

test('a rotated token is in force at once, and the one before no more', async () => {
  await using service = await startWithToken()
  expect((await shed(service.adminUrl, TOKEN)).status).toBe(202)
  await service.file.write('another-secret')
  expect((await shed(service.adminUrl, 'another-secret')).status).toBe(202)
  expect((await shed(service.adminUrl, TOKEN)).status).toBe(401)
})

test.for([undefined, '', ' \n'])(
  'a service starts with the token file %j, and uses it once it is written',
  async (content) => {
    await using file = await MountedFile.create('token')
    if (content !== undefined) await file.write(content)
    await using service = await startTestService({ 'admin-token-file': file.path })
    expect((await shed(service.adminUrl)).status).toBe(202)
    await file.write(TOKEN)
    expect((await shed(service.adminUrl)).status).toBe(401)
    expect((await shed(service.adminUrl, TOKEN)).status).toBe(202)
  },
)

test('while the file is missing, a client beyond loopback is told so', async () => {
  const [address] = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
  assert(address !== undefined, 'this machine has no address but loopback')
  await using file = await MountedFile.create('token')
  await using service = await startTestService({
    'admin-listen': `${address.address}:0`,
    'admin-token-file': file.path,
  })
  for (const write of [() => Promise.resolve(), () => file.write('')]) {
    await write()
    const { status, detail } = await readProblem(await shed(service.adminUrl, TOKEN))
    expect([status, detail]).toEqual([403, expect.stringMatching(/TOKEN_FILE.* missing or blank/)])
  }
  await file.write(TOKEN)
  expect((await shed(service.adminUrl, TOKEN)).status).toBe(202)
  await file.remove()
  expect((await shed(service.adminUrl, TOKEN)).status).toBe(403)
})

test.for<[is: string, content: string]>([
  ['too long', 'x'.repeat(4_097)],
  ['endless', `${TOKEN}${' '.repeat(1_000_000)}`],
])('a file that is %s lets nobody in', async ([, content]) => {
  await using service = await startWithToken(content)
  for (const token of [undefined, TOKEN, content.trim()]) {
    expect((await shed(service.adminUrl, token)).status).toBe(500)
  }
})

test('the longest token is accepted', async () => {
  const longest = 'x'.repeat(4_095)
  await using service = await startWithToken(longest)
  expect((await shed(service.adminUrl, longest)).status).toBe(202)
})
