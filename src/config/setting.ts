import type { Kind } from './kinds/kind.ts'

/** The row of a setting in its table. */
export interface SettingRow {
  readonly kind: Kind<unknown>
  /** In written form. A setting without a default may be unset. */
  readonly default?: string
  /**
   * Dotted key in the capacity file, which may change the setting while the process runs. A value there
   * beats flag and variable.
   */
  readonly live?: string
  /** One paragraph that says what happens at the limit. Code is in backticks. */
  readonly doc: string
}

/** A row with its name without the prefix of variables, such as `MAX_STREAMS`. */
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
