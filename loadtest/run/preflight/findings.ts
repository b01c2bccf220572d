/** What checks found before anything is opened, as sentences for people. */
export interface Findings {
  /** With any of these, the run would say nothing about the server. */
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
}

export const NO_FINDINGS: Findings = { problems: [], warnings: [] }

export function problem(sentence: string): Findings {
  return { problems: [sentence], warnings: [] }
}

export function warning(sentence: string): Findings {
  return { problems: [], warnings: [sentence] }
}

export function joinFindings(all: readonly Findings[]): Findings {
  return {
    problems: all.flatMap(({ problems }) => problems),
    warnings: all.flatMap(({ warnings }) => warnings),
  }
}
