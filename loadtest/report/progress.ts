import type { SecondSample } from './result.ts'

/** Seconds of the run. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What a run tells while it goes on. */
export interface Progress {
  phase(name: string): void
  /** Once a second. `step`: what goes on in it, where its length can be told. */
  second(sample: SecondSample, step: Span | undefined): void
  /** A finding, or a warning. */
  note(text: string): void
  /** Nothing is written after it. */
  end(): void
}
