import type { Judgement, UnknownEvent } from '../driver/commands.ts'

const EXAMPLES = 20

/** The judgement on the subscribers of two drivers. */
export function addJudgements(a: Judgement, b: Judgement): Judgement {
  const { duplicated, corrupted, examples } = compareUnknowns(a.unknowns, b.unknowns)
  return {
    owed: a.owed + b.owed,
    lost: a.lost + b.lost,
    announced: a.announced + b.announced,
    notReplayed: a.notReplayed + b.notReplayed,
    duplicated: a.duplicated + b.duplicated + duplicated,
    reordered: a.reordered + b.reordered,
    corrupted: a.corrupted + b.corrupted + corrupted,
    falseGaps: a.falseGaps + b.falseGaps,
    examples: [...a.examples, ...b.examples, ...examples].slice(0, EXAMPLES),
    unknowns: [...a.unknowns, ...b.unknowns],
  }
}

/** No publisher tells where these events are, so each driver believes its own subscribers: they must not differ. */
function compareUnknowns(a: readonly UnknownEvent[], b: readonly UnknownEvent[]) {
  const found = { duplicated: 0, corrupted: 0, examples: [] as string[] }
  const numbers = new Map(a.map((event) => [`${event.channel} ${event.position}`, event.number]))
  const positions = new Map(a.map((event) => [`${event.channel} ${event.number}`, event.position]))
  for (const { channel, position, number, deliveries } of b) {
    const otherNumber = numbers.get(`${channel} ${position}`) ?? number
    const otherPosition = positions.get(`${channel} ${number}`) ?? position
    if (otherNumber !== number) {
      found.corrupted += deliveries
      found.examples.push(
        `${channel} has event ${number} at ${position} for some subscribers, and ${otherNumber} for others`,
      )
    } else if (otherPosition !== position) {
      found.duplicated += deliveries
      found.examples.push(`${channel} has event ${number} at ${otherPosition} and ${position}`)
    }
  }
  return found
}
