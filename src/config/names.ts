import { findNearest } from '../lib/nearest-name.ts'
import type { Setting } from './setting.ts'

export const VARIABLE_PREFIX = 'RUNNEL_'

/** `RUNNEL_MAX_STREAMS` of `MAX_STREAMS` */
export function variableOf(name: string): string {
  return `${VARIABLE_PREFIX}${name}`
}

/** `--max-streams` */
export function flagOf(name: string): string {
  return `--${optionOf(name)}`
}

/** `--max-streams` of `--RUNNEL_MAX_STREAMS`, which is a variable written as a flag. */
export function flagMeantBy(written: string): string {
  return written.startsWith('--') ? flagOf(toBareName(written)) : written
}

/** `max-streams`: the key of a flag in `parseArgs`. */
export function optionOf(name: string): string {
  return name.toLowerCase().replaceAll('_', '-')
}

/** `maxStreams`; the type `Config` has the same rule. */
export function configKeyOf(name: string): string {
  return name.toLowerCase().replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

/** The setting of `MAX_STREAMS`, `max-streams`, `RUNNEL_MAX_STREAMS` or `--max-streams`. */
export function findSetting<Name extends string>(
  settings: readonly Setting<Name>[],
  written: string,
): Setting<Name> | undefined {
  const bare = toBareName(written)
  return settings.find(({ name }) => name === bare)
}

/** The name of a setting so close to the written one that a typing slip is likely. */
export function suggestSetting(settings: readonly Setting[], written: string): string | undefined {
  return findNearest(
    toBareName(written),
    settings.map(({ name }) => name),
  )
}

/** The options of `parseArgs` from `node:util` for these settings as flags. */
export function flagOptions(
  settings: readonly Setting[],
): Record<string, { type: 'string'; multiple: boolean }> {
  return Object.fromEntries(
    settings.map(({ name, kind }) => [
      optionOf(name),
      { type: 'string', multiple: kind.isList ?? false },
    ]),
  )
}

function toBareName(written: string): string {
  const name = written.replace(/^--/, '').replaceAll('-', '_').toUpperCase()
  return name.startsWith(VARIABLE_PREFIX) ? name.slice(VARIABLE_PREFIX.length) : name
}
