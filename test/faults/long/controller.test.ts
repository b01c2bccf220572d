/** Processes of the controller that are stopped, or whose API server hangs. */
import { expect, test } from 'vitest'
import { spawnControl } from '../../commands/control-process.ts'
import { eventually } from '../../support/eventually.ts'
import { FakeApiServer } from '../../support/fake-api-server/fake-api-server.ts'
import { COLLECTIONS, leaseHolder, putFleet } from '../../support/fake-api-server/fleet.ts'

const CHILD = 'streams-capacity'

test('a leader that was stopped with SIGSTOP changes nothing once it goes on', async () => {
  await using api = await FakeApiServer.start()
  putFleet(api)
  await using first = await spawnControl(api, ['--lease-duration=5s'])
  await eventually(() => expect(api.objects.get(COLLECTIONS.configMaps, CHILD)).toBeDefined())
  const holder = leaseHolder(api)
  await using second = await spawnControl(api, ['--lease-duration=5s'])
  await eventually(async () => expect((await fetch(`${second.adminUrl}/readyz`)).status).toBe(200))

  // Whether a missing child exists is asked right before it is written: there the leader is stopped.
  const asked = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  api.fault = async ({ method, path }) => {
    if (method !== 'GET' || path !== `${COLLECTIONS.configMaps}/${CHILD}`) return undefined
    api.fault = () => undefined
    asked.resolve()
    await answered.promise
    return { code: 404, body: { kind: 'Status', code: 404, reason: 'NotFound', message: 'none' } }
  }
  api.objects.delete(COLLECTIONS.configMaps, CHILD)
  await asked.promise
  first.child.kill('SIGSTOP')

  await eventually(() => expect(['', holder]).not.toContain(leaseHolder(api)))
  await eventually(() => expect(api.objects.get(COLLECTIONS.configMaps, CHILD)).toBeDefined())
  const leases = () =>
    api.requests.filter(
      ({ method, path }) => method === 'GET' && path.startsWith(COLLECTIONS.leases),
    )
  const before = leases().length
  const written = api.requests.length
  answered.resolve()
  first.child.kill('SIGCONT')

  // One that does not lead looks at the lease again and again.
  await eventually(() => expect(leases().length).toBeGreaterThan(before + 2))
  const changes = api.requests
    .slice(written)
    .filter(({ method, path }) => method !== 'GET' && !path.startsWith(COLLECTIONS.leases))
  expect(changes).toEqual([])
  expect(first.json.map(({ msg }) => msg)).toContain('not leading')
})

test('an API server that hangs keeps no process from ending within ten seconds', async () => {
  await using api = await FakeApiServer.start()
  putFleet(api)
  await using control = await spawnControl(api)
  await eventually(() => expect(control.json.map(({ msg }) => msg)).toContain('leading'))
  api.fault = () => 'hang'
  api.cutConnections()
  const killed = AbortSignal.timeout(10_000)
  killed.addEventListener('abort', () => control.child.kill('SIGKILL'))

  control.child.kill('SIGTERM')

  expect(await control.exited).toBe(0)
})
