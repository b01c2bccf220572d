/** A problem with its cause, where one is known, in a sentence for operators. */
export function withCause(problem: string, cause: unknown): string {
  return cause instanceof Error ? `${problem}: ${cause.message}` : problem
}
