import type { SecondSample } from './result.ts'

/** What a run tells while it goes on. */
export interface Progress {
  phase(name: string): void
  /** Once a second. `expectedSeconds`: of the whole run, where it can be told. */
  second(sample: SecondSample, expectedSeconds: number | undefined): void
  /** A finding, or a warning. */
  note(text: string): void
  /** Nothing is written after it. */
  end(): void
}
