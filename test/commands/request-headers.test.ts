/** Commands behind a way in that asks for headers. */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endsWithParent } from '../../rig/servers/ends-with-parent.ts'
import { spawnChild } from '../support/child-process.ts'
import { eventually } from '../support/eventually.ts'
import { ScriptedServer, sendStream } from '../support/scripted-server.ts'
import { CALLERS, callOf, startCalled } from './callers.ts'
import { startGate } from './gate.ts'
import { MAIN, runCommand, startCommand } from './run-command.ts'

const PASSWORD = 'sécret /?#@:%25'
const BASIC = `Basic ${Buffer.from(`user:${PASSWORD}`).toString('base64')}`

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headers-'))
  file = join(folder, 'headers')
})
afterAll(() => rm(folder, { recursive: true }))

describe.for(CALLERS)('%s', (caller) => {
  test('sends headers from flags, from a file and from the credentials of its URL', async () => {
    await using called = await startCalled(caller)
    await using gate = await startGate(
      called.url,
      (headers) => headers.authorization === BASIC && headers['x-team'] === 'a: b',
    )
    await writeFile(file, `# of the team\r\n\r\nAuthorization: ${BASIC}\r\nX-Team:a: b \r\n`)
    const team = ['--header', 'x-team: a: b']
    const withPassword = `http://user:${encodeURIComponent(PASSWORD)}@${gate.host}`

    const runs = [
      await runCommand([...callOf(caller, gate.url), ...team, `--header=Authorization: ${BASIC}`]),
      await runCommand([...callOf(caller, gate.url), '--header-file', file]),
      await runCommand([...callOf(caller, withPassword), ...team]),
    ]
    const refused = await runCommand([...callOf(caller, gate.url), ...team])

    for (const { code, output, errors } of runs) {
      expect({ code, errors }).toEqual({ code: 0, errors: '' })
      expect(output).not.toContain('user:')
    }
    expect(refused.code).toBe(1)
    expect(refused.output + refused.errors).toContain('401')
  })

  test('prints no password that is refused', async () => {
    await using gate = await startGate('http://127.0.0.1:9', () => false)
    const secret = 'SECRET'

    const runs = [
      await runCommand(callOf(caller, `http://user:${secret}@${gate.host}`)),
      await runCommand([...callOf(caller, gate.url), '--header', `X-Key: ${secret}`]),
    ]

    for (const { code, output, errors } of runs) {
      expect(code).toBe(1)
      expect(output + errors).toContain('401')
      expect(output + errors).not.toMatch(/SECRET|user/)
    }
    expect(gate.requests).toMatchObject([
      { authorization: `Basic ${btoa(`user:${secret}`)}` },
      { 'x-key': secret },
    ])
  })

  test('takes no headers along to another server', async () => {
    await using other = await ScriptedServer.start((response) => response.end())
    await using server = await ScriptedServer.start((response) => {
      response.writeHead(307, { Location: new URL('/elsewhere', other.url).href }).end()
    })

    const { code, output, errors } = await runCommand([
      ...callOf(caller, server.url.origin),
      '--header=X-Key: k',
    ])

    expect(code).toBe(1)
    expect(output + errors).toContain('redirect')
    expect(server.requests.map(({ headers }) => headers['x-key'])).toEqual(['k'])
    expect(other.requests).toEqual([])
  })
})

test('each connection of a tail has the headers that are in the file by then', async () => {
  await writeFile(file, 'Authorization: Bearer old')
  await using server = await ScriptedServer.start((response) => {
    sendStream(response, 'retry: 1\n\n')
    response.end()
  })
  await using tail = startCommand([
    'tail',
    'news',
    '--url',
    server.url.origin,
    '--header-file',
    file,
  ])
  const tokens = () => server.requests.map(({ headers }) => headers.authorization)
  await eventually(() => expect(tokens()).toContain('Bearer old'))

  await writeFile(file, 'Authorization: Bearer new')

  await eventually(() => expect(tokens()).toContain('Bearer new'))
  tail.child.kill('SIGINT')
  expect(await tail.exited).toBe(0)
})

test('a tail says that its file of headers cannot be used, and when it can again', async () => {
  await writeFile(file, 'X-Key: k')
  const answers: ServerResponse[] = []
  await using server = await ScriptedServer.start((response) => {
    sendStream(response, 'retry: 1\nevent: runnel.open\ndata: {}\n\n')
    answers.push(response)
  })
  const args = ['tail', 'news', '--url', server.url.origin, '--header-file', file]
  await using tail = startCommand(args)
  await eventually(() => expect(answers).toHaveLength(1))

  await writeFile(file, 'SECRET')
  answers[0]?.end()
  await eventually(() =>
    expect(tail.errors).toMatch(/trying again: --header-file, line 1: expected 'Name: value'/),
  )
  expect(tail.errors).not.toContain('SECRET')
  expect(answers).toHaveLength(1)

  await writeFile(file, 'X-Key: k')
  await eventually(() => expect(tail.errors).toContain('connected again'))
})

test.for([
  ['SECRET', /^runnel publish: --header 1: expected 'Name: value' in ASCII/],
  ['X-Key:', /--header 1: expected 'Name: value'/],
  ['X Key: SECRET', /--header 1: expected 'Name: value'/],
  ['X-Key: SECRETé', /--header 1: expected 'Name: value'/],
  ['X-Key: SECRET\r\nX-Other: x', /--header 1: expected 'Name: value'/],
  ['Host: SECRET', /expected another header than Host: the URL names the host/],
  ['idempotency-key: SECRET', /than idempotency-key: .+ --key/],
  ['Last-Event-ID: SECRET', /than Last-Event-ID: .+ --cursor/],
  ['accept-encoding: gzip', /than accept-encoding: what compresses/],
  ['Content-Length: 1', /than Content-Length: the command sets it/],
  ['Proxy-Authorization: SECRET', /than Proxy-Authorization: the variable of the proxy/],
] as const)('--header %j is bad use', async ([header, message]) => {
  const { code, output, errors } = await runCommand(['publish', 'a', 'x', '--header', header])

  expect({ code, output }).toEqual({ code: 2, output: '' })
  expect(errors).toMatch(message)
  expect(errors).not.toContain('SECRET')
})

test.for(CALLERS)(
  '%s sends a header of its own as the flag says, in any case of letters',
  async (caller) => {
    await using called = await startCalled(caller)
    await using gate = await startGate(called.url, () => true)

    await runCommand([
      ...callOf(caller, gate.url),
      '--header',
      'accept: x/y',
      '--header=USER-AGENT: z',
    ])

    expect(gate.requests).not.toEqual([])
    for (const { accept, ...rest } of gate.requests) {
      expect([accept, rest['user-agent']]).toEqual(['x/y', 'z'])
    }
  },
)

test('each connection of a tail has the headers that came through a pipe', async () => {
  await using server = await ScriptedServer.start((response) => {
    sendStream(response, 'retry: 1\n\n')
    response.end()
  })
  const command = `${endsWithParent(['"$0" "$1" tail']).join(' ')} news --url "$2" --header-file /dev/stdin`
  const script = `printf 'X-Key: k\\n' | ${command}`
  const shell = spawnChild('sh', ['-c', script, process.execPath, MAIN, server.url.origin], {
    stdio: 'ignore',
    detached: true,
  })

  await eventually(() => expect(server.requests.length).toBeGreaterThan(1))
  process.kill(-shell.pid!, 'SIGTERM')
  await once(shell, 'close')

  for (const { headers } of server.requests) expect(headers['x-key']).toBe('k')
})

test('an endless file of headers is bad use', async () => {
  const { code, errors } = await runCommand(['tail', 'a', '--header-file', '/dev/zero'])

  expect(code).toBe(2)
  expect(errors).toMatch(/--header-file: .+ got "\/dev\/zero": expected at most 65536 bytes\n$/)
})

test('a header in place of its file is not shown', async () => {
  const { code, errors } = await runCommand(['tail', 'a', '--header-file', 'X-Key: SECRET'])

  expect(code).toBe(2)
  expect(errors).toContain('--header-file: expected a file of headers')
  expect(errors).not.toContain('SECRET')
})

test('a header that is given twice is bad use', async () => {
  const headers = ['--header=X-Key: SECRET', '--header=x-key: SECRET']

  const { code, errors } = await runCommand(['publish', 'a', 'x', ...headers])

  expect(code).toBe(2)
  expect(errors).toBe('runnel publish: expected the header x-key once, got it twice\n')
})

test.for(CALLERS)('%s says what is wrong with a file of headers', async (caller) => {
  await writeFile(file, 'X-Key: k\nSECRET\n')
  const call = callOf(caller, 'http://127.0.0.1:9')

  const wrong = await runCommand([...call, '--header-file', file])
  const missing = await runCommand([...call, '--header-file', join(folder, 'none')])
  const noFile = await runCommand([...call, '--header-file', folder])

  expect([wrong.code, missing.code, noFile.code]).toEqual([2, 2, 2])
  expect(wrong.errors).toMatch(/: --header-file, line 2: expected 'Name: value' in ASCII/)
  expect(wrong.errors).not.toContain('SECRET')
  expect(missing.errors).toMatch(/: --header-file: .+ there is no such file\n$/)
  expect(noFile.errors).toMatch(/: --header-file: .+ expected a file\n$/)
})
