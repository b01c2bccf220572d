import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { runCommand } from './run-command.ts'

const COMMANDS = ['serve', 'tail', 'publish', 'check', 'trace', 'explain']

test.for(['', 'help', '--help', '-h'])('runnel %s names every command', async (args) => {
  const { code, output, errors } = await runCommand(args.split(' ').filter(Boolean))

  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toMatch(/^Usage: runnel COMMAND/)
  for (const command of COMMANDS) expect(output).toMatch(new RegExp(`^ {2}${command} +\\w`, 'm'))
})

test.for(COMMANDS)('%s --help explains it, and so does -h', async (command) => {
  const [long, short] = await Promise.all([
    runCommand([command, '--help']),
    runCommand([command, '-h']),
  ])

  expect(long).toMatchObject({ code: 0, errors: '' })
  expect(long.output).toContain(`runnel ${command}`)
  const widest = Math.max(...long.output.split('\n').map(({ length }) => length))
  expect(widest).toBeLessThanOrEqual(100)
  expect(short).toEqual(long)
})

test('--version is the version of the package', async () => {
  const file = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(file) as { version: string }

  expect(await runCommand(['--version'])).toEqual({ code: 0, output: `${version}\n`, errors: '' })
})

test.for(['sever', 'toString', 'constructor', '--verbose', ''])(
  'an unknown command is bad use: %j',
  async (name) => {
    const { code, output, errors } = await runCommand([name])

    expect({ code, output }).toEqual({ code: 2, output: '' })
    expect(errors).toContain(`expected a command, got ${JSON.stringify(name)}`)
    expect(errors).toContain('Usage: runnel COMMAND')
  },
)

test.for([
  ['tial', 'tail'],
  ['pubish', 'publish'],
  ['expl', 'explain'],
  ['contorl', 'control'],
  ['TAIL', 'tail'],
  ['hlep', 'help'],
  ['--hlep', '--help'],
  ['--verison', '--version'],
] as const)('a command with a slip names its neighbour: %s', async ([written, nearest]) => {
  const { code, errors } = await runCommand([written])

  expect(code).toBe(2)
  expect(errors).toContain(`got ${JSON.stringify(written)}: did you mean ${nearest}?\n`)
})

test.for([
  ['serve', '--max-steams', '--max-streams'],
  ['control', '--lease-durations', '--lease-duration'],
  ['serve', '--MAX-STREAMS', '--max-streams'],
  ['serve', '--max_streams', '--max-streams'],
  ['serve', '--RUNNEL_MAX_STREAMS', '--max-streams'],
  ['serve', '--hlep', '--help'],
  ['tail', '--URL', '--url'],
  ['explain', '--max-steams=5', '--max-streams'],
  ['tail', '--ulr', '--url'],
  ['publish', '--hedaer=x', '--header'],
  ['check', '--publish', '--publish-url'],
  ['trace', '--jeager', '--jaeger'],
] as const)('a flag with a slip names its neighbour: %s %s', async ([command, flag, nearest]) => {
  const { code, errors } = await runCommand([command, flag, '--help-me'])

  expect(code).toBe(2)
  const [written] = flag.split('=')
  expect(errors).toBe(
    `runnel ${command}: expected a known flag, got ${written}: did you mean ${nearest}?\n`,
  )
})

test.for(COMMANDS)(
  'an unknown flag of %s is bad use, reported in one sentence',
  async (command) => {
    const { code, output, errors } = await runCommand([command, '--no-such-flag'])

    expect({ code, output }).toEqual({ code: 2, output: '' })
    expect(errors).toContain('--no-such-flag')
    // No stack trace is printed.
    expect(errors.trimEnd().split('\n')).toHaveLength(1)
  },
)
