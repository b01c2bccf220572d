import type { Kind } from './kinds.ts'
import { configKeyOf } from './names.ts'
import type { SettingName, SETTINGS } from './settings.ts'

/**
 * Every setting under its name in camel case: `config.maxStreams`. Durations are in milliseconds, sizes
 * in bytes, addresses are `{ host, port }`; what has no default may be undefined.
 */
export type Config = { readonly [Name in SettingName as CamelCase<Name>]: Value<Name> }

/** The values of some settings only. */
export type PartOfConfig<Name extends SettingName> = Pick<Config, CamelCase<Name> & keyof Config>

/** The values read so far, by their keys in `Config`; a key is there if its value is right. */
export type Values = Readonly<Record<string, unknown>>

/** All these settings have been read, so their part of a `Config` is there. */
export function hasValues<Name extends SettingName>(
  values: Values,
  names: readonly Name[],
): values is PartOfConfig<Name> {
  return names.every((name) => Object.hasOwn(values, configKeyOf(name)))
}

/** The value of a setting that is known by name only. */
export function valueOf(config: Config, name: SettingName): unknown {
  const values: Values = config
  return values[configKeyOf(name)]
}

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<Name>

type Value<Name extends SettingName> = (typeof SETTINGS)[Name] extends { readonly default: string }
  ? ValueOfKind<(typeof SETTINGS)[Name]['kind']>
  : ValueOfKind<(typeof SETTINGS)[Name]['kind']> | undefined

type ValueOfKind<K> = K extends Kind<infer T> ? T : never
