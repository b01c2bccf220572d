import type { Kind } from './kinds/kind.ts'
import { configKeyOf } from './names.ts'
import type { NameIn, RowIn, SettingGroups } from './setting.ts'

/** The part of a table that its types depend on. */
interface Grouped {
  readonly groups: SettingGroups
}

/**
 * The settings of a table under their names in camel case: `config.maxStreams`. Durations are in
 * milliseconds, sizes in bytes, addresses are `{ host, port }`; a setting without a default may be undefined.
 */
export type Config<Table extends Grouped> = ConfigOf<Table['groups']>

/** The values of a capacity file, under the same keys. */
export type LiveConfig<Table extends Grouped> = Partial<
  PartOfConfig<Table['groups'], LiveNameIn<Table['groups']>>
>

export type ConfigOf<Groups extends SettingGroups> = PartOfConfig<Groups, NameIn<Groups>>

/** The values of some settings. */
export type PartOfConfig<Groups extends SettingGroups, Name extends NameIn<Groups>> = {
  readonly [Each in Name as CamelCase<Each>]: ValueOf<RowIn<Groups, Each>>
}

/** The values read so far, by their keys in `Config`. A setting with a wrong value has no key. */
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
