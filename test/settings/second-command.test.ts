/** A second table of settings, which shares one group with that of `runnel serve`. */
import { parseArgs } from 'node:util'
import { assert, expect, expectTypeOf, test } from 'vitest'
import { findEffectiveSettings } from '../../src/cli/effective-settings.ts'
import { settingPage, settingsHelp } from '../../src/cli/settings-help.ts'
import { liveSettings, parseCapacityFile } from '../../src/config/capacity-file.ts'
import type { Config } from '../../src/config/config-values.ts'
import { duration, formatDuration } from '../../src/config/kinds/duration.ts'
import { file, list } from '../../src/config/kinds/choices-and-paths.ts'
import { load } from '../../src/config/load.ts'
import { findSetting, flagOptions } from '../../src/config/names.ts'
import { accept } from '../../src/config/parsed.ts'
import { formatProblem } from '../../src/config/read-setting.ts'
import { resolve } from '../../src/config/resolve.ts'
import { rulesBetween } from '../../src/config/rule.ts'
import { SERVE_TABLE } from '../../src/config/serve/serve-table.ts'
import { LOGGING } from '../../src/config/shared/logging.ts'
import type { SettingGroups, SettingRow } from '../../src/config/setting.ts'
import { defineTable } from '../../src/config/define-table.ts'

const LEADER = {
  LEASE: {
    kind: duration('1s', '1h'),
    default: '15s',
    doc: 'How long a leader that is not heard of stays the leader.',
  },
  RENEWAL: { kind: duration('1s', '1h'), doc: 'How often a leader renews its `RUNNEL_LEASE`.' },
} as const satisfies Record<string, SettingRow>

const CLUSTER = {
  NAMESPACES: {
    kind: list('namespaces', accept),
    default: '',
    doc: 'Where fleets are looked for.',
  },
  TOKEN_FILE: {
    kind: file({ form: 'a token', isRight: ({ length }) => length > 0 }),
    doc: 'File with the token for the API server.',
  },
} as const satisfies Record<string, SettingRow>

const GROUPS = {
  Leader: LEADER,
  Cluster: CLUSTER,
  Operation: LOGGING,
} as const satisfies SettingGroups

const rule = rulesBetween<typeof GROUPS>()

const CONTROL_TABLE = defineTable({
  groups: GROUPS,
  rules: [
    rule(['RENEWAL', 'LEASE'], ({ renewal, lease }) =>
      renewal !== undefined && renewal >= lease
        ? `expected less than RUNNEL_LEASE (${formatDuration(lease)}), got ${formatDuration(renewal)}`
        : undefined,
    ),
  ],
})

test('flags, variables and defaults become a config of its own', () => {
  const args = ['--renewal', '5s', '--namespaces', 'a', '--namespaces', 'b']
  const { values } = parseArgs({ args, options: flagOptions(CONTROL_TABLE.settings) })
  const env = { RUNNEL_LEASE: '20s', RUNNEL_RENEWAL: '6s', RUNNEL_MAX_STREAMS: 'not read' }
  const resolution = resolve(CONTROL_TABLE, { env, flags: values })

  assert(resolution.kind === 'resolved')
  expect(resolution.config).toStrictEqual({
    lease: 20_000,
    renewal: 5_000,
    namespaces: ['a', 'b'],
    tokenFile: undefined,
    logLevel: 'info',
    logFormat: 'auto',
  })
  expect(resolution.readings.get('RENEWAL')).toMatchObject({ origin: 'flag' })
})

test('the type of its config comes from its table', () => {
  expectTypeOf<Config<typeof CONTROL_TABLE>>().toEqualTypeOf<{
    readonly lease: number
    readonly renewal: number | undefined
    readonly namespaces: readonly string[]
    readonly tokenFile: string | undefined
    readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
    readonly logFormat: 'auto' | 'json' | 'pretty'
  }>()
  // @ts-expect-error: the table has no such setting
  expect(() => rule(['RETRY'], () => undefined)).not.toThrow()
})

test('problems of values, rules and files are reported at once, each with the variable or flag', async () => {
  const loading = await load(CONTROL_TABLE, {
    env: { RUNNEL_RENEWAL: '15s', RUNNEL_TOKEN_FILE: '/nowhere/token' },
    flags: { 'log-level': 'loud' },
  })

  assert(loading.kind === 'refused')
  expect(loading.problems.map((problem) => formatProblem(problem))).toEqual([
    '--log-level: expected one of trace, debug, info, warn, error, fatal, silent, got "loud"',
    'RUNNEL_RENEWAL: expected less than RUNNEL_LEASE (15s), got 15s',
    expect.stringMatching(
      /^RUNNEL_TOKEN_FILE: expected a file with a token, got "\/nowhere\/token"/,
    ),
  ])
})

test('variables of another command are known only if its table is given', () => {
  const env = {
    RUNNEL_MAX_STREAMS: '5',
    RUNNEL_LEASE: '5s',
    RUNNEL_LEASES: '5s',
    RUNNEL_NOWHERE: 'x',
  }
  const slip = 'RUNNEL_LEASES is not a setting: did you mean RUNNEL_LEASE?'
  const unknown = 'RUNNEL_NOWHERE is not a setting: see `runnel explain`'
  const tables = [SERVE_TABLE, CONTROL_TABLE]

  expect(resolve(CONTROL_TABLE, { env, tables }).warnings).toEqual([slip, unknown])
  expect(resolve(SERVE_TABLE, { env, tables }).warnings).toEqual([slip, unknown])
  expect(resolve(CONTROL_TABLE, { env }).warnings).toEqual([
    expect.stringMatching(/^RUNNEL_MAX_STREAMS is not a setting/),
    slip,
    unknown,
  ])
})

test('its help has its own settings, and does not mention a capacity file', () => {
  const help = settingsHelp(CONTROL_TABLE)

  expect(help.match(/^\w+:$/gm)).toEqual(['Leader:', 'Cluster:', 'Operation:'])
  expect(help.match(/^ {2}--[a-z-]+/gm)).toEqual(
    ['lease', 'renewal', 'namespaces', 'token-file', 'log-level', 'log-format'].map(
      (flag) => `  --${flag}`,
    ),
  )
  expect(help).toContain('`--lease` is `RUNNEL_LEASE`'.replaceAll('`', ''))
  expect(help).not.toContain('capacity file')
})

test('explain knows its settings, all together and each alone', async () => {
  const { settings } = await findEffectiveSettings(CONTROL_TABLE, { env: { RUNNEL_RENEWAL: '5s' } })
  expect(settings).toEqual([
    { name: 'LEASE', written: '15s', origin: 'default' },
    { name: 'RENEWAL', written: '5s', origin: 'variable' },
    { name: 'NAMESPACES', written: '(none)', origin: 'default' },
    { name: 'TOKEN_FILE', written: '(none)', origin: 'default' },
    { name: 'LOG_LEVEL', written: 'info', origin: 'default' },
    { name: 'LOG_FORMAT', written: 'auto', origin: 'default' },
  ])

  const setting = findSetting(CONTROL_TABLE.settings, '--renewal')
  assert(setting !== undefined)
  const page = settingPage(setting, settings[1], (text) => text)
  expect(page).toMatch(/^RUNNEL_RENEWAL\n {2}How often a leader renews its RUNNEL_LEASE\./)
  expect(page).toMatch(/^ {2}in force +5s \(variable\)$/m)
  expect(page).not.toContain('capacity file')
})

test('a capacity file cannot change settings that are not live', () => {
  expect(liveSettings(CONTROL_TABLE)).toEqual([])
  expect(parseCapacityFile(CONTROL_TABLE, '{"limit":5}')).toMatchObject({ ok: false })
})
