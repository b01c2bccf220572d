import type { Judgement, UnknownEvent } from './commands.ts'

/** Sentences in a judgement: enough to find a cause. */
const EXAMPLES = 10

type Counts = Omit<Judgement, 'examples' | 'unknowns'>

/** A judgement that grows as its parts are judged. */
export type JudgementSum = { -readonly [Name in keyof Counts]: number } & {
  readonly examples: string[]
  readonly unknowns: UnknownEvent[]
}

export function emptyJudgement(): JudgementSum {
  return {
    owed: 0,
    lost: 0,
    announced: 0,
    notReplayed: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    falseGaps: 0,
    examples: [],
    unknowns: [],
  }
}

/** Adds a sentence for whoever looks for the cause. */
export function tell({ examples }: JudgementSum, sentence: string): void {
  if (examples.length < EXAMPLES) examples.push(sentence)
}
