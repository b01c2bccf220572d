import type { Judgement } from '../driver/commands.ts'

const EXAMPLES = 20

/** The judgement on the subscribers of two drivers. */
export function addJudgements(a: Judgement, b: Judgement): Judgement {
  return {
    expected: a.expected + b.expected,
    delivered: a.delivered + b.delivered,
    lost: a.lost + b.lost,
    announced: a.announced + b.announced,
    duplicated: a.duplicated + b.duplicated,
    reordered: a.reordered + b.reordered,
    corrupted: a.corrupted + b.corrupted,
    falseGaps: a.falseGaps + b.falseGaps,
    examples: [...a.examples, ...b.examples].slice(0, EXAMPLES),
  }
}
