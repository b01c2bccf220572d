import { z } from 'zod'
import { capacityFileSchema } from '../schema/capacity-file.ts'
import type { Config, LiveConfig, Values } from './config-values.ts'
import type { Kind } from './kinds/kind.ts'
import { configKeyOf } from './names.ts'
import { accept, quote, type Parsed } from './parsed.ts'
import type { Setting, SettingGroups } from './setting.ts'
import type { SettingsTable, TableOf } from './define-table.ts'

/** In bytes, far above any real capacity file. */
export const LONGEST_CAPACITY_FILE = 64 * 1024

interface LiveSetting extends Setting {
  readonly live: string
}

/** The settings that the capacity file may change while the process runs. */
export function liveSettings({ settings }: SettingsTable): readonly LiveSetting[] {
  return settings.flatMap(({ live, ...setting }) =>
    live === undefined ? [] : [{ ...setting, live }],
  )
}

/** The settings in force: the file beats flags and variables. */
export function applyCapacityFile<Groups extends SettingGroups>(
  config: Config<TableOf<Groups>>,
  file: LiveConfig<TableOf<Groups>>,
): Config<TableOf<Groups>> {
  const inForce = { ...config, ...file }
  Object.freeze(inForce)
  return inForce
}

/** Parses a capacity file. Its values have the bounds of their settings. */
export function parseCapacityFile<Groups extends SettingGroups>(
  table: TableOf<Groups>,
  text: string,
): Parsed<LiveConfig<TableOf<Groups>>> {
  const json = parseJson(text)
  if (!json.ok) return json
  const settings = liveSettings(table)
  const schemas = settings.map(({ live, kind }) => [live, valueSchema(kind)] as const)
  const result = capacityFileSchema(Object.fromEntries(schemas)).safeParse(json.value)
  if (!result.success) {
    return { ok: false, problem: result.error.issues.map(describeIssue).join('; ') }
  }
  const values = Object.fromEntries(
    settings.flatMap(({ name, live }) => {
      const value = valueAt(result.data, live)
      return value === undefined ? [] : [[configKeyOf(name), value] as const]
    }),
  )
  assertLive(table, values)
  return accept(values)
}

/** Numbers are JSON numbers; values of every other kind are strings in their written form. */
function valueSchema(kind: Kind<unknown>): z.ZodType {
  const { name, range } = kind
  const written =
    name === 'number'
      ? z.number({ error: `expected a whole number, ${range}` })
      : z.string({ error: `expected a ${name} in quotes, ${range}` })
  return written.transform((value, context) => {
    const parsed = kind.parse(String(value))
    if (parsed.ok) return parsed.value
    context.issues.push({ code: 'custom', message: parsed.problem, input: value })
    return z.NEVER
  })
}

function valueAt(document: unknown, dotted: string): unknown {
  return dotted
    .split('.')
    .reduce(
      (value, key) =>
        typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
      document,
    )
}

/** Narrows the type: the compiler does not see that each value comes from the setting of its key. */
function assertLive<Groups extends SettingGroups>(
  table: TableOf<Groups>,
  values: Values,
): asserts values is Values & LiveConfig<TableOf<Groups>> {
  const keys = new Set(liveSettings(table).map(({ name }) => configKeyOf(name)))
  const other = Object.keys(values).find((key) => !keys.has(key))
  if (other !== undefined) throw new TypeError(`expected live settings only, got ${other}`)
}

function parseJson(text: string): Parsed<unknown> {
  try {
    return accept(JSON.parse(text))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { ok: false, problem: `expected JSON: ${reason}` }
  }
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const { code, path, message } = issue
  const unknown = code === 'unrecognized_keys' ? `, got ${issue.keys.map(quote).join(', ')}` : ''
  return path.length === 0 ? `${message}${unknown}` : `${path.join('.')}: ${message}${unknown}`
}
