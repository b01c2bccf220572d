import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { endsWithParent } from '../../rig/servers/ends-with-parent.ts'
import { spawnChild } from '../support/child-process.ts'
import { eventually } from '../support/eventually.ts'
import { startTestService } from '../support/service.ts'
import { publishTo } from './publish-and-read.ts'
import { startStubService } from './stub-service.ts'
import { MAIN, startCommand } from './run-command.ts'

/** The command, in words of a shell; it ends with the shell. */
const TAIL = endsWithParent(['"$0" "$1" tail']).join(' ')

test.for(['SIGINT', 'SIGTERM'] as const)('%s ends it with 0', async (signal) => {
  await using service = await startTestService()
  await using tail = startCommand(['tail', 'news', '--json', '--url', service.url])
  await eventually(() => expect(tail.json).toHaveLength(1))

  tail.child.kill(signal)

  expect(await tail.exited).toBe(0)
  expect(tail.errors).toBe('')
})

test('a signal ends it while it waits to connect again', async () => {
  await using stub = await startStubService(() => 503, { 'Retry-After': '3600' })
  await using tail = startCommand(['tail', 'news', '--url', stub.url])
  await eventually(() => expect(tail.errors).toContain('trying again: not now (status 503)'))

  tail.child.kill('SIGINT')

  expect(await tail.exited).toBe(0)
})

test('a signal ends it while its output is not read', async () => {
  await using service = await startTestService({ 'body-limit': '8MiB', 'max-event': '8MiB' })
  await publishTo(service.url, 'news', 'x'.repeat(4_000_000))
  await using tail = startCommand(['tail', 'news', '--last=1', '--url', service.url])
  tail.child.stdout?.once('data', () => tail.child.stdout?.pause())
  await eventually(() => expect(tail.output).not.toBe(''))

  tail.child.kill('SIGINT')

  const [code] = (await once(tail.child, 'exit')) as [number | null]
  expect(code).toBe(0)
  tail.child.stdout?.resume()
})

test('a refused one leaves no process that holds its pipe', async () => {
  await using stub = await startStubService(() => 400)
  const folder = await mkdtemp(join(tmpdir(), 'tail-'))
  // Stands for the `tail` that watches the pipe, and stays until it is ended.
  await writeFile(join(folder, 'tail'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 })
  const script = `${TAIL} news --url "$2" | cat`
  const shell = spawnChild('sh', ['-c', script, process.execPath, MAIN, stub.url], {
    env: { PATH: `${folder}:${process.env['PATH']}` },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  shell.stdout.resume()

  // The reader ends once all writers of the pipe have.
  const [code] = await once(shell, 'close')
  expect(code).toBe(0)
  await rm(folder, { recursive: true })
})

test('a closed output ends it quietly', async () => {
  await using service = await startTestService()
  const script = `{ ${TAIL} news --url "$2"; echo "code $?" >&2; } | head -n 1`
  const shell = spawnChild('sh', ['-c', script, process.execPath, MAIN, service.url], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  let hasEnded = false
  shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  shell.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  shell.on('close', () => (hasEnded = true))

  await eventually(async () => {
    if (output === '') await publishTo(service.url, 'news', 'event')
    expect(output).not.toBe('')
  })
  // Nothing more is published, so that it makes no write which would fail.
  await eventually(() => expect(hasEnded).toBe(true))

  expect(output).toMatch(/^\S+ event\n$/)
  expect(errors).toBe('code 0\n')
})

test('a tail that is killed leaves nothing that holds its output open', async () => {
  await using service = await startTestService()
  await publishTo(service.url, 'news', 'event')
  const script = `${TAIL} news --last=1 --url "$2" & echo "$!" >&2; wait`
  const pipeline = `{ ${script}; } | cat`
  const shell = spawnChild('sh', ['-c', pipeline, process.execPath, MAIN, service.url], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let pid = ''
  shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  shell.stderr.on('data', (chunk: Buffer) => (pid += chunk.toString()))
  await eventually(() => expect(output).toMatch(/ event\n$/))

  process.kill(Number(pid.split('\n')[0]), 'SIGKILL')

  const [code] = (await once(shell, 'close')) as [number | null]
  expect(code).toBe(0)
})

test('--count ends it in the middle of what arrived', async () => {
  await using service = await startTestService()
  await publishTo(service.url, 'news', 'a', 'b', 'c')
  await using tail = startCommand([
    'tail',
    'news',
    '--from=earliest',
    '--count=2',
    '--url',
    service.url,
  ])

  expect(await tail.exited).toBe(0)
  expect(tail.output).toMatch(/^\S+ a\n\S+ b\n$/)
})

test('a slow reader gets all output before it ends', async () => {
  await using service = await startTestService({ 'body-limit': '8MiB', 'max-event': '8MiB' })
  const text = 'x'.repeat(4_000_000)
  await publishTo(service.url, 'news', text)
  await using tail = startCommand(['tail', 'news', '--last=1', '--count=1', '--url', service.url])
  tail.child.stdout?.on('data', () => {
    tail.child.stdout?.pause()
    setImmediate(() => tail.child.stdout?.resume())
  })

  expect(await tail.exited).toBe(0)
  expect(tail.output.split(' ')[1]).toBe(`${text}\n`)
})
