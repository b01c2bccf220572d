/** A run that ended before anything was loaded, with all reasons that are known. */
export class NotBegun extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('\n'), options)
    this.problems = problems
  }

  static because(error: unknown): NotBegun {
    return new NotBegun([error instanceof Error ? error.message : String(error)], { cause: error })
  }
}
