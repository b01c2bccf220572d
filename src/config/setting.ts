import type { Kind } from './kinds/kind.ts'

/** What a table says of one setting. */
export interface SettingRow {
  readonly kind: Kind<unknown>
  /** In written form. Without one, the setting may stay unset. */
  readonly default?: string
  /**
   * Dotted key of the same setting in the capacity file, which may change it while the process runs. A
   * value there beats flag and variable.
   */
  readonly live?: string
  /** One paragraph; says what happens at the limit. Code stands in backticks. */
  readonly doc: string
}

/** A row with its name, without the prefix of variables: `MAX_STREAMS`. */
export interface Setting<Name extends string = string> extends SettingRow {
  readonly name: Name
}

/** Rows by name, in groups by title. Several tables may have the same group. */
export type SettingGroups = Readonly<Record<string, Readonly<Record<string, SettingRow>>>>

export type NameIn<Groups extends SettingGroups> = {
  [Title in keyof Groups]: keyof Groups[Title] & string
}[keyof Groups]

export type RowIn<Groups extends SettingGroups, Name extends string> = {
  [Title in keyof Groups]: Name extends keyof Groups[Title] ? Groups[Title][Name] : never
}[keyof Groups]
