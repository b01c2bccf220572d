import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { variableOf } from '../config/names.ts'
import type { Environment } from '../config/read-setting.ts'
import { CONTROL_TABLE } from '../config/control/control-table.ts'
import { SERVE_TABLE } from '../config/serve/serve-table.ts'
import { runExplain } from './explain.ts'

test('prints every setting with its value and origin in columns', async () => {
  const { code, out, err } = await explain(['--max-streams', '5', '--hosts', 'a.example'], {
    RUNNEL_RETRY: '5000ms',
  })

  const rows = out.trimEnd().split('\n')
  expect(rows.map((row) => row.split(/\s+/)[0])).toEqual(
    SERVE_TABLE.settings.map(({ name }) => variableOf(name)),
  )
  expect(out).toMatch(/^RUNNEL_MAX_STREAMS +5 +flag$/m)
  expect(out).toMatch(/^RUNNEL_HOSTS +a\.example +flag$/m)
  expect(out).toMatch(/^RUNNEL_RETRY +5s +variable$/m)
  expect(out).toMatch(/^RUNNEL_LISTEN +127\.0\.0\.1:8080 +default$/m)
  expect(out).toMatch(/^RUNNEL_AUTH +\(none\) +default$/m)
  expect(new Set(rows.map((row) => row.search(/(flag|variable|default)$/))).size).toBe(1)
  expect({ code, err }).toEqual({ code: 0, err: '' })
})

test('the settings of another command are shown after its name', async () => {
  const { code, out, err } = await explain(['control', '--lease-duration', '20s'])

  expect(out.match(/^RUNNEL_\w+/gm)).toEqual(
    CONTROL_TABLE.settings.map(({ name }) => variableOf(name)),
  )
  expect(out).toMatch(/^RUNNEL_LEASE_DURATION +20s +flag$/m)
  expect({ code, err }).toEqual({ code: 0, err: '' })
})

test('a page is found in whichever command has the setting', async () => {
  expect((await explain(['lease-duration'])).out).toMatch(/^RUNNEL_LEASE_DURATION\n/)
  expect((await explain(['admin-listen'])).out).toContain('/snapshot')
  expect((await explain(['control', 'admin-listen'])).out).toContain('/livez')
  expect((await explain(['control', 'max-streams'])).code).toBe(2)
})

test('values of the capacity file are shown as in force', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'explain-'))
  const path = join(folder, 'capacity.json')
  writeFileSync(path, '{"limit":7,"drain":{"window":"0s"}}')

  const { code, out } = await explain(['--max-streams', '5'], { RUNNEL_CAPACITY_FILE: path })
  rmSync(folder, { recursive: true })

  expect(out).toMatch(/^RUNNEL_MAX_STREAMS +7 +capacity file$/m)
  expect(out).toMatch(/^RUNNEL_DRAIN_WINDOW +0s +capacity file$/m)
  expect(out).toMatch(/^RUNNEL_RETRY +3s +default$/m)
  expect(code).toBe(0)
})

test('a capacity file that would be refused is a warning', async () => {
  const { code, out, err } = await explain([], { RUNNEL_CAPACITY_FILE: tmpdir() })

  expect(err).toBe(
    `warning: the capacity file ${tmpdir()} is invalid and not in force: expected a file\n`,
  )
  expect(out).toMatch(/^RUNNEL_MAX_STREAMS +10000 +default$/m)
  expect(code).toBe(0)
})

test('a missing capacity file is no problem', async () => {
  const { code, err } = await explain([], { RUNNEL_CAPACITY_FILE: '/nowhere/capacity.json' })

  expect({ code, err }).toEqual({ code: 0, err: '' })
})

test('a file that a service could not read at its start is a problem', async () => {
  const { code, out, err } = await explain([], {
    RUNNEL_REDIS_URL: 'rediss://127.0.0.1:1',
    RUNNEL_REDIS_CA_FILE: '/nowhere/ca.crt',
  })

  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(/^RUNNEL_REDIS_CA_FILE: expected a file with PEM certificates/)
})

test('all problems are printed instead of the settings, with the warnings', async () => {
  const { code, out, err } = await explain([], {
    RUNNEL_RETRY: '3',
    RUNNEL_MAX_STREAMS: '0',
    RUNNEL_MAX_STREAM: '5',
  })

  expect(err.trimEnd().split('\n')).toEqual([
    'warning: RUNNEL_MAX_STREAM is not a setting: did you mean RUNNEL_MAX_STREAMS?',
    'RUNNEL_MAX_STREAMS: expected a whole number from 1 to 1000000, got "0"',
    expect.stringMatching(/^RUNNEL_RETRY: expected a duration /),
  ])
  expect({ code, out }).toEqual({ code: 2, out: '' })
})

test.for(['MAX_STREAMS', 'max-streams', 'RUNNEL_MAX_STREAMS', '--max-streams', 'max_streams'])(
  '%s alone asks for the page of the setting',
  async (name) => {
    const { code, out } = await explain([name], { RUNNEL_MAX_STREAMS: '5' })

    expect(out).toMatch(/^RUNNEL_MAX_STREAMS\n {2}Streams open at once\./)
    expect(out).toMatch(/^ {2}flag +--max-streams <number>$/m)
    expect(out).toMatch(/^ {2}range +1 to 1000000$/m)
    expect(out).toMatch(/^ {2}default +10000$/m)
    expect(out).toMatch(/^ {2}capacity file +limit$/m)
    expect(out).toMatch(/^ {2}in force +5 \(variable\)$/m)
    expect(code).toBe(0)
  },
)

test('a lone flag with its value is resolved like any other', async () => {
  const { code, out } = await explain(['--max-streams=5'])

  expect(out).toMatch(/^RUNNEL_MAX_STREAMS +5 +flag$/m)
  expect(code).toBe(0)
})

test('a page is printed even where the settings are wrong', async () => {
  const { code, out } = await explain(['AUTH'], { RUNNEL_AUTH: 'maybe' })

  expect(out).toMatch(/^RUNNEL_AUTH\n/)
  expect(out).not.toContain('in force')
  expect(code).toBe(0)
})

test('several names ask for several pages', async () => {
  const { code, out } = await explain(['retry', 'max-age'])

  expect(out.match(/^RUNNEL_\w+$/gm)).toEqual(['RUNNEL_RETRY', 'RUNNEL_MAX_AGE'])
  expect(code).toBe(0)
})

test.for([
  ['max-stream', 'did you mean RUNNEL_MAX_STREAMS?'],
  ['contrl', 'did you mean control?'],
  ['SERVE', 'did you mean serve?'],
  ['--hlp', 'did you mean --help?'],
  ['something-else-entirely', 'runnel explain lists all settings'],
] as const)('%s is no setting: %s', async ([name, hint]) => {
  expect(await explain([name])).toEqual({
    code: 2,
    out: '',
    err: `runnel explain: expected the name of a setting, got ${JSON.stringify(name)}: ${hint}\n`,
  })
})

test.for(['--retry 5s --nope 1', '--max-streams=', '--nope=1', 'max-streams --nope'])(
  '%s is bad use',
  async (args) => {
    const { code, out, err } = await explain(args.split(' '))

    expect(err).not.toBe('')
    expect({ code, out }).toEqual({ code: 2, out: '' })
  },
)

test('help is a page of its own', async () => {
  const { code, out } = await explain(['--help'])

  expect(out).toContain('runnel explain NAME')
  expect(code).toBe(0)
})

test('colors are written to terminals only, and NO_COLOR turns them off', async () => {
  const plain = await explain([])
  const terminal = await explain([], {}, true)
  const unwanted = await explain([], { NO_COLOR: '1' }, true)

  expect(plain.out).toBe(stripVTControlCharacters(plain.out))
  expect(terminal.out).not.toBe(plain.out)
  expect(stripVTControlCharacters(terminal.out)).toBe(plain.out)
  expect(unwanted.out).toBe(plain.out)
})

async function explain(args: readonly string[], env: Environment = {}, isTerminal = false) {
  const out: string[] = []
  const err: string[] = []
  const code = await runExplain(args, {
    env,
    write: (text) => out.push(text),
    writeError: (text) => err.push(text),
    isTerminal,
  })
  return { code, out: out.join(''), err: err.join('') }
}
