/** A reader of log lines that is slow, or gone, stops nothing and fills no memory. */
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { freePort } from '../../rig/servers/free-port.ts'
import { readOutput, spawnChild } from '../support/child-process.ts'
import { eventually } from '../support/eventually.ts'
import { BURST, readFifo, SERVE, serveInto, type ServeInto } from './held-output.ts'
import { MAIN } from './run-command.ts'

/** Of the lines that wait, as docs/operations/log-lines.md promises. */
const MOST = 16 << 20
/** What a pipe and a socket hold, and the lines of one write. */
const ON_THE_WAY = 1 << 20
/** Of a thousand characters each, together far longer than that. */
const MANY_LINES = 22_000
const LOSS = 'log lines are lost: standard output was not read fast enough'

test.for(['pipe', 'socket'] as const)(
  'lines wait up to a bound for the reader of a %s; the rest is counted, and told in its place',
  async (kind) => {
    await using serve = await serveInto(kind, {
      BURST_LINES: String(MANY_LINES),
      BURST_PAD: '1000',
    })
    const url = await holdAfterBurst(serve)

    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    serve.reader?.resume()
    await eventually(() => expect(serve.text.length).toBeGreaterThan(MOST))
    // There is room again, and this is the next line.
    await (await fetch(`${url}/stream/news`)).body?.cancel()
    await eventually(() => expect(serve.text.includes('"msg":"stream opened"')).toBe(true))

    const { lines } = serve
    const last = lines.findLastIndex(({ msg }) => msg === 'burst')
    const burst = lines.slice(0, last + 1).filter(({ msg }) => msg === 'burst')
    expect(burst.map(({ n }) => n)).toEqual(Array.from(burst, (_, n) => n))
    expect(lines.slice(last + 1, last + 3)).toMatchObject([
      { level: 'warn', count: MANY_LINES - burst.length, msg: LOSS },
      { level: 'info', msg: 'stream opened' },
    ])
    expect(serve.text.length).toBeLessThan(MOST + ON_THE_WAY)
    expect(await lostLines(serve)).toBe(MANY_LINES - burst.length)
  },
)

test('lines that are lost before the end of a process are told at the end', async () => {
  await using serve = await serveInto('pipe', {
    BURST_LINES: String(MANY_LINES),
    BURST_PAD: '1000',
    BURST_THEN: 'throw',
  })
  await holdAfterBurst(serve)
  serve.reader?.resume()

  expect(await serve.exited).toBe(1)
  const burst = serve.lines.filter(({ msg }) => msg === 'burst')
  // The line that tells of the crash is lost as well.
  expect(serve.lines.at(-1)).toMatchObject({ count: MANY_LINES - burst.length + 1, msg: LOSS })
})

test('a process ends though nobody reads its lines', async () => {
  await using serve = await serveInto('pipe', { BURST_THEN: 'throw' })
  await holdAfterBurst(serve)
  await eventually(() => expect(serve.child.exitCode).toBe(1))
})

test.for(['pipe', 'socket'] as const)(
  'a reader of a %s that is gone ends neither the service nor its orderly end',
  async (kind) => {
    await using serve = await serveInto(kind, {})
    const url = await serve.listening()
    serve.reader?.destroy()
    serve.child.kill('SIGUSR2')
    await eventually(() => expect(serve.errors).toBe('burst\n'))

    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    serve.child.kill('SIGTERM')
    expect(await serve.exited).toBe(0)
    expect(serve.errors).toBe('burst\n')
  },
)

test('what waits for a reader that goes is not kept for the next one', async () => {
  await using serve = await serveInto('pipe', {})
  const url = await holdAfterBurst(serve)
  serve.reader?.destroy()
  await eventually(async () => expect(await lostLines(serve)).toBeGreaterThan(0))
  const next = readFifo(serve.path).setEncoding('utf8')
  let text = ''
  next.on('data', (part: string) => (text += part))
  await (await fetch(`${url}/stream/news`)).body?.cancel()
  await eventually(() => expect(text).toContain('"msg":"stream opened"'))

  // The pipe itself still holds the first of them.
  expect(text).not.toContain('"n":4000,')
  next.destroy()
})

test('a service whose standard output is closed serves, and ends in order', async () => {
  const listen = `127.0.0.1:${await freePort()}`
  const command = [process.execPath, MAIN, ...SERVE, `--listen=${listen}`]
  const child = spawnChild('sh', ['-c', 'exec "$@" >&-', 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  await eventually(async () => {
    expect((await fetch(`http://${listen}/health/live`)).status).toBe(200)
  })
  child.kill('SIGTERM')

  expect(await once(child, 'close')).toEqual([0, null])
  expect(errors).toBe('')
})

test('a terminal that is closed ends the service in order', async () => {
  const command = [process.execPath, MAIN, ...SERVE]
  expect(await readOutput('python3', ['-c', ON_CLOSED_TERMINAL, ...command])).toBe(
    'event: runnel.drain, then exit code 0',
  )
})

/** Starts a command on a terminal, and reads where it listens. */
const START_ON_TERMINAL = `
import os, pty, re, sys, urllib.request
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
text = b''
while not re.search(rb'listening[^\\n]*\\n', text):
    text += os.read(terminal, 65536)
url, admin = (re.search(rb'"%s":"([^"]*)"' % name, text)[1].decode() for name in (b'url', b'admin'))
`

/** Runs a command on a terminal, which is closed once a stream is open. */
const ON_CLOSED_TERMINAL = `
${START_ON_TERMINAL}
stream = urllib.request.urlopen(url + '/stream/news')
os.close(terminal)
event = re.findall('event: .*', stream.read().decode())[-1]
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(f'{event}, then exit code {status}', end='')
`

test('lines for a terminal that is closed are dropped', async () => {
  const command = [process.execPath, MAIN, ...SERVE, '--log-format=json', '--drain-window=1h']
  expect(await readOutput('python3', ['-c', COUNT_LOST_LINES, ...command])).toBe('lost')
})

/** Runs a command on a terminal, which is closed while streams keep it from its end, until it counts lines as lost. */
const COUNT_LOST_LINES = `
import signal, time
${START_ON_TERMINAL}
streams = [urllib.request.urlopen(url + '/stream/news') for _ in range(3)]
os.close(terminal)
try:
    for _ in range(200):
        metrics = urllib.request.urlopen(admin + '/metrics', timeout=20).read().decode()
        if re.search(r'^runnel_log_lines_lost_total [1-9]', metrics, re.M):
            print('lost', end='')
            break
        time.sleep(0.1)
finally:
    os.kill(child, signal.SIGKILL)
`

test('a terminal that is stopped stops no request', async () => {
  const command = [process.execPath, '--import', BURST, MAIN, ...SERVE, '--log-format=json']
  expect(await readOutput('python3', ['-c', ON_STOPPED_TERMINAL, ...command])).toBe('200')
})

/** Runs a command on a terminal that nobody reads after it listens, and asks for its health after a burst of lines. */
const ON_STOPPED_TERMINAL = `
import os, pty, re, select, signal, sys, urllib.request
errors, child_errors = os.pipe()
child, terminal = pty.fork()
if child == 0:
    os.dup2(child_errors, 2)
    os.execv(sys.argv[1], sys.argv[1:])
text = b''
while not re.search(rb'"msg":"listening"', text):
    text += os.read(terminal, 65536)
url = re.search(rb'"url":"([^"]*)"', text)[1].decode()
os.kill(child, signal.SIGUSR2)
select.select([errors], [], [], 20)
try:
    print(urllib.request.urlopen(url + '/health/live', timeout=20).status, end='')
finally:
    os.kill(child, signal.SIGKILL)
`

/** What the metrics say. */
async function lostLines({ lines }: ServeInto): Promise<number> {
  const admin = String(lines.find(({ msg }) => msg === 'listening')?.['admin'])
  const metrics = await (await fetch(`${admin}/metrics`)).text()
  return Number(/^runnel_log_lines_lost_total (\d+)$/m.exec(metrics)?.[1])
}

/** Resolves to the address of the service, whose lines nobody reads. */
async function holdAfterBurst(serve: ServeInto): Promise<string> {
  const url = await serve.listening()
  serve.reader?.pause()
  serve.child.kill('SIGUSR2')
  await eventually(() => expect(serve.errors).toBe('burst\n'))
  return url
}
