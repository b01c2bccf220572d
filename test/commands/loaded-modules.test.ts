import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { spawnControl } from './control-process.ts'
import { eventually } from '../support/eventually.ts'
import { FakeApiServer } from '../support/fake-api-server/fake-api-server.ts'
import { OtlpReceiver } from '../support/otlp-receiver.ts'
import { spawnServe } from '../support/serve-process.ts'
import { startTestService } from '../support/service.ts'
import { publishTo } from './publish-and-read.ts'
import { runCommand } from './run-command.ts'

const RECORDER = new URL('record-modules.ts', import.meta.url).href

/** Paths of the modules that a process has loaded: `src/…`, or `node_modules/…`. */
async function recordModules(
  run: (options: {
    nodeFlags: readonly string[]
    env: Readonly<Record<string, string>>
  }) => Promise<void>,
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'modules-'))
  const file = join(folder, 'modules.json')
  await run({ nodeFlags: ['--import', RECORDER], env: { LOADED_MODULES: file } })
  const urls = JSON.parse(await readFile(file, 'utf8')) as string[]
  await rm(folder, { recursive: true })
  return urls.flatMap((url) => /(?:node_modules|src)\/.*$/.exec(url)?.[0] ?? [])
}

test('serve loads the service, and nothing of another command', async () => {
  const modules = await recordModules(async (options) => {
    await using serve = await spawnServe([], options)
    await publishTo(serve.url, 'news', 'text')
    await fetch(`${serve.url}/poll/news?from=earliest`)
    await fetch(`${serve.adminUrl}/snapshot`)
    serve.child.kill('SIGTERM')
    await serve.exited
  })

  expect(modules).toContain('src/cli/serve.ts')
  expect(modules).toContain('src/http/routes/publish.ts')
  expect(modules.some((path) => path.startsWith('node_modules/koa/'))).toBe(true)
  const foreign =
    /^(?:src\/(?:cli\/(?:tail|publish|check|explain\.ts|control)|controller\/|client\/|wire\/decode)|node_modules\/@kubernetes\/)/
  expect(modules.filter((path) => foreign.test(path))).toEqual([])
  // Lines are for people on a terminal only.
  expect(packagesOf(modules)).not.toContain('pino-pretty')
  // The API description is loaded at its first request, and none was sent.
  expect(modules.filter((path) => path.startsWith('src/schema/openapi/'))).toEqual([])
  expect(packagesOf(modules).filter((name) => DEVELOPMENT.has(name))).toEqual([])
  // Nothing is traced and nothing pushed, since no variable asks for it.
  expect(modules.filter((path) => TRACING.test(path))).toEqual([])
  expect(packagesOf(modules).filter((name) => name.includes('otlp'))).toEqual([])
})

test('serve that traces loads the SDK', async () => {
  await using receiver = await OtlpReceiver.start()
  const modules = await recordModules(async ({ nodeFlags, env }) => {
    await using serve = await spawnServe([], { nodeFlags, env: { ...env, ...receiver.env } })
    serve.child.kill('SIGTERM')
    await serve.exited
  })

  expect(modules.some((path) => path.startsWith('src/service/tracing/'))).toBe(true)
  expect(packagesOf(modules)).toContain('@opentelemetry/sdk-node')
})

test('control loads the controller, and nothing of the service', async () => {
  await using api = await FakeApiServer.start()
  const modules = await recordModules(async (options) => {
    await using control = await spawnControl(api, [], options)
    await fetch(`${control.adminUrl}/metrics`)
    await eventually(async () =>
      expect((await fetch(`${control.adminUrl}/readyz`)).status).toBe(200),
    )
    control.child.kill('SIGTERM')
    await control.exited
  })

  expect(modules).toContain('src/controller/start-controller.ts')
  expect(modules.some((path) => path.startsWith('node_modules/@kubernetes/client-node/'))).toBe(
    true,
  )
  const service =
    /^(?:src\/(?:service|http|hub|log|redis|capacity|client)\/|node_modules\/ioredis\/)/
  expect(modules.filter((path) => service.test(path))).toEqual([])
  // Nothing asks for traces, or for lines for people.
  for (const name of ['@opentelemetry/sdk-trace', 'pino-pretty']) {
    expect(packagesOf(modules)).not.toContain(name)
  }
  const tools = [...DEVELOPMENT].filter((name) => name !== 'undici')
  expect(packagesOf(modules).filter((name) => tools.includes(name))).toEqual([])
})

test('tail, publish and check load no package and nothing of the service', async () => {
  await using service = await startTestService()
  const publish = await recordModules(async (options) => {
    await runCommand(['publish', 'news', 'text', '--url', service.url], options)
  })
  const tail = await recordModules(async (options) => {
    const args = ['tail', 'news', '--last=1', '--count=1', '--url', service.url]
    await eventually(async () => expect((await runCommand(args, options)).code).toBe(0))
  })
  const check = await recordModules(async (options) => {
    await runCommand(['check', service.url, '--every=10ms'], options)
  })

  expect(publish).toContain('src/client/post-events.ts')
  expect(tail).toContain('src/wire/decode.ts')
  const heavy = /^(?:node_modules|src\/(?:service|http|hub|log|redis|capacity|telemetry))\//
  expect(check).toContain('src/wire/decode.ts')
  expect([...publish, ...tail, ...check].filter((path) => heavy.test(path))).toEqual([])
})

const TRACING =
  /^(?:src\/service\/tracing\/|node_modules\/@opentelemetry\/(?:sdk-trace|sdk-node|exporter-trace))/

const DEVELOPMENT = new Set(['vitest', 'fast-check', 'undici', 'eventsource', 'playwright-core'])

function packagesOf(modules: readonly string[]): readonly string[] {
  return modules.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [])
}
