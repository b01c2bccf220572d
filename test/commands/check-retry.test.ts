import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startTestService } from '../support/service.ts'
import { startCheckProxy } from './check-proxy.ts'
import { runCommand, startCommand } from './run-command.ts'

/** Flags with which a check passes on a loaded machine. */
const PATIENT = ['--late=1m', '--every=10ms', '--wait=2m']

test('after a drain the check goes on at the next pod, on another channel', async () => {
  await using leaving = await startTestService({ 'drain-window': '0s' })
  await using staying = await startTestService()
  await using proxy = await startCheckProxy((streams) => (streams === 0 ? leaving : staying).url)
  await using check = startCommand(['check', proxy.url, '--publish-url', staying.url, ...PATIENT])
  await eventually(() => {
    expect(leaving.snapshot()).toMatchObject({ subscribers: 1 })
  })

  await leaving.drain.begin()

  expect(await check.exited).toBe(0)
  expect(check.errors).toContain('the service asked to come back (runnel.drain)')
  expect(check.output).toContain('pass  delivery: 5 of 5 events came on time')
  const channels = [...check.output.matchAll(/^channel +(.+)$/gm)].map(([, name]) => name)
  expect(new Set(channels).size).toBe(2)
})

test('a stream at a pod that publishes do not reach is tried again', async () => {
  await using leaving = await startTestService()
  await using staying = await startTestService()
  await using proxy = await startCheckProxy((streams) => (streams === 0 ? leaving : staying).url)

  const args = ['--publish-url', staying.url, '--every=10ms', '--late=5s', '--wait=2m']
  const { code, output, errors } = await runCommand(['check', proxy.url, ...args])

  expect(errors).toContain('it opened and no event came, as where pods are being replaced')
  expect(output).toContain('pass  delivery: 5 of 5 events came on time')
  expect(code).toBe(0)
})
