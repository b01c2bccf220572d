import type { Kind } from './kinds/kind.ts'
import { configKeyOf } from './names.ts'
import type { NameIn, RowIn, SettingGroups } from './setting.ts'

/** A table, as far as its types go. */
interface Grouped {
  readonly groups: SettingGroups
}

/**
 * The settings of a table under their names in camel case: `config.maxStreams`. Durations are in
 * milliseconds, sizes in bytes, addresses are `{ host, port }`; what has no default may be undefined.
 */
export type Config<Table extends Grouped> = ConfigOf<Table['groups']>

/** What a capacity file sets, under the same keys; the rest is left to flags and variables. */
export type LiveConfig<Table extends Grouped> = Partial<
  PartOfConfig<Table['groups'], LiveNameIn<Table['groups']>>
>

export type ConfigOf<Groups extends SettingGroups> = PartOfConfig<Groups, NameIn<Groups>>

/** The values of some settings only. */
export type PartOfConfig<Groups extends SettingGroups, Name extends NameIn<Groups>> = {
  readonly [Each in Name as CamelCase<Each>]: ValueOf<RowIn<Groups, Each>>
}

/** The values read so far, by their keys in `Config`; a key is there if its value is right. */
export type Values = Readonly<Record<string, unknown>>

/** Whether all these settings have been read. */
export function hasValues(values: Values, names: readonly string[]): boolean {
  return names.every((name) => Object.hasOwn(values, configKeyOf(name)))
}

/** The value of a setting that is known by name only. */
export function valueOf(values: Values, name: string): unknown {
  return values[configKeyOf(name)]
}

type LiveNameIn<Groups extends SettingGroups> = {
  [Name in NameIn<Groups>]: RowIn<Groups, Name> extends { readonly live: string } ? Name : never
}[NameIn<Groups>]

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<Name>

type ValueOf<Row> = Row extends { readonly kind: Kind<infer T> }
  ? Row extends { readonly default: string }
    ? T
    : T | undefined
  : never
