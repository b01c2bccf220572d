export interface SettingProblem {
  /** The variable or flag at fault. */
  readonly source: string
  /** What was expected, what was found, and what to do if that is not plain. */
  readonly message: string
}

/** One line for people: `RUNNEL_RETRY: expected a duration …, got "3"`. */
export function formatProblem({ source, message }: SettingProblem): string {
  return `${source}: ${message}`
}
