import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { readOutput } from '../support/child-process.ts'
import { runCommand } from './run-command.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const SERVE = ['serve', '--listen=127.0.0.1:0', '--admin-listen=127.0.0.1:0']

test('on a terminal, log lines are for people, in colors unless NO_COLOR is set or the terminal has none', async () => {
  const colored = await serveOnTerminal({})
  const plain = await serveOnTerminal({ NO_COLOR: '1' })
  const dumb = await serveOnTerminal({ TERM: 'dumb' })

  expect(colored).toContain('\u001b[32mINFO')
  expect(stripVTControlCharacters(colored)).toMatch(
    /^\[[\d:.]+\] {2}INFO: listening \{"url":"http:/m,
  )
  expect(plain).toMatch(/^\[[\d:.]+\] {2}INFO: listening \{"url":"http:/m)
  expect(plain + dumb).not.toContain('\u001b')
})

test('on a terminal, RUNNEL_LOG_FORMAT=json writes JSON', async () => {
  const text = await serveOnTerminal({ RUNNEL_LOG_FORMAT: 'json' })

  expect(text).toMatch(/^\{"level":"info",.*"msg":"listening"\}/m)
})

test('runnel control has the same choice, and the line before a failing start comes out', async () => {
  // There is no cluster.
  const env = { HOME: '/nowhere', RUNNEL_NOWHERE: 'x' }
  const { code, output } = await runCommand(['control', '--log-format=pretty'], { env })

  expect(code).toBe(1)
  expect(output).toMatch(/^\[[\d:.]+\] {2}WARN: RUNNEL_NOWHERE is not a setting.*\n$/)
})

/** Runs `runnel serve` on a terminal of its own until it listens. Resolves to what the terminal got. */
async function serveOnTerminal(env: Readonly<Record<string, string>>): Promise<string> {
  const command = [process.execPath, MAIN, ...SERVE]
  return readOutput('python3', ['-c', ON_TERMINAL, ...command], {
    PATH: process.env['PATH'],
    TERM: 'xterm',
    ...env,
  })
}

/** Copies what a command writes to its terminal, and asks it to end once it listens. */
const ON_TERMINAL = `
import os, pty, signal, sys
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
text = b''
while True:
    try:
        read = os.read(terminal, 65536)
    except OSError:
        break
    if not read:
        break
    if b'listening' in text + read and b'listening' not in text:
        os.kill(child, signal.SIGTERM)
    text += read
os.waitpid(child, 0)
sys.stdout.buffer.write(text.replace(b'\\r\\n', b'\\n'))
`
