import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { spawnControl, type ControlProcess } from './control-process.ts'
import { eventually } from '../support/eventually.ts'
import { FakeApiServer } from '../support/fake-api-server/fake-api-server.ts'
import { COLLECTIONS, leaseHolder, putFleet } from '../support/fake-api-server/fleet.ts'
import { runCommand } from './run-command.ts'

test('--help lists every setting, and needs no cluster', async () => {
  const { code, output, errors } = await runCommand(['control', '--help'])

  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toMatch(/^runnel control: /)
  for (const flag of ['--lease-duration', '--metrics-api-listen', '--instance', '--app-name']) {
    expect(output).toContain(flag)
  }
})

test('all problems with settings are reported at once', async () => {
  const { code, output, errors } = await runCommand(['control', '--lease-duration=1'], {
    env: { RUNNEL_METRICS_API_LISTEN: '127.0.0.1:0', RUNNEL_NAMESPACE: 'Upper' },
  })

  expect({ code, output }).toEqual({ code: 2, output: '' })
  expect(errors).toMatch(/^--lease-duration: expected a duration/m)
  expect(errors).toMatch(/^RUNNEL_NAMESPACE: expected the name of a namespace/m)
  expect(errors).toMatch(/^RUNNEL_METRICS_API_LISTEN: expected RUNNEL_METRICS_API_SECRET/m)
})

test('a taken port is reported in one sentence', async () => {
  await using api = await FakeApiServer.start()
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo

  const spawned = spawnControl(api, [`--admin-listen=127.0.0.1:${port}`])

  await expect(spawned).rejects.toThrow(
    new RegExp(`runnel control: expected 127.0.0.1:${port} to be free, .* --admin-listen`),
  )
  taken.close()
})

test('without a cluster it says how to name one', async () => {
  const { code, output, errors } = await runCommand(['control'], { env: { HOME: '/nowhere' } })

  expect({ code, output }).toEqual({ code: 1, output: '' })
  expect(errors).toMatch(/^runnel control: expected a cluster: .*KUBECONFIG.*\n$/)
})

test('a kubeconfig that cannot be read is named', async () => {
  const env = { KUBECONFIG: '/nowhere/config' }
  const { code, output, errors } = await runCommand(['control'], { env })

  expect({ code, output }).toEqual({ code: 1, output: '' })
  expect(errors).toMatch(/^runnel control: expected a kubeconfig, .*\/nowhere\/config.*\n$/)
})

test('the first SIGTERM hands the lease over, and ends with 0', async () => {
  await using api = await FakeApiServer.start()
  putFleet(api)
  await using control = await spawnControl(api)
  await eventually(() =>
    expect(api.objects.get(COLLECTIONS.configMaps, 'streams-capacity')).toBeDefined(),
  )
  expect(leaseHolder(api)).not.toBe('')
  const metrics = await (await fetch(`${control.adminUrl}/metrics`)).text()
  expect(metrics).toMatch(
    /^runnel_controller_api_requests_total\{verb="list",resource="deployments",status="200"\} 1$/m,
  )
  expect(metrics).toMatch(/^runnel_controller_api_request_seconds_count\{verb="patch"\} \d+$/m)
  expect(metrics).toMatch(/^runnel_controller_event_loop_delay_seconds \d/m)
  expect(metrics).toMatch(/^nodejs_eventloop_utilization_ratio \d/m)

  control.child.kill('SIGTERM')

  expect(await control.exited).toBe(0)
  expect(leaseHolder(api)).toBe('')
  expect(control.json.map(({ msg }) => msg)).toContain('stopped')
  expect(control.errors).toBe('')
})

test('the first SIGTERM finishes the fleet that is being worked on', async () => {
  await using api = await FakeApiServer.start()
  putFleet(api)
  const asked = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  api.fault = async ({ method, path }) => {
    if (method !== 'GET' || path !== `${COLLECTIONS.configMaps}/streams-capacity`) return undefined
    asked.resolve()
    await answered.promise
    return undefined
  }
  await using control = await spawnControl(api)
  await asked.promise

  control.child.kill('SIGTERM')
  await eventually(() => expect(control.json.map(({ msg }) => msg)).toContain('not leading'))
  answered.resolve()

  expect(await control.exited).toBe(0)
  expect(api.objects.get(COLLECTIONS.configMaps, 'streams-capacity')).toBeDefined()
  expect(api.objects.get(COLLECTIONS.streamCapacities, 'streams')).toHaveProperty('status')
  expect(leaseHolder(api)).toBe('')
})

test('a second SIGTERM ends it at once', async () => {
  await using api = await FakeApiServer.start()
  await using control = await spawnLeader(api)
  api.fault = () => 'hang'
  api.cutConnections()

  control.child.kill('SIGTERM')
  await eventually(() => expect(control.json.map(({ msg }) => msg)).toContain('not leading'))
  control.child.kill('SIGTERM')

  expect(await control.exited).toBe(143)
})

async function spawnLeader(api: FakeApiServer): Promise<ControlProcess> {
  putFleet(api)
  const control = await spawnControl(api)
  await eventually(() => expect(control.json.map(({ msg }) => msg)).toContain('leading'))
  return control
}
