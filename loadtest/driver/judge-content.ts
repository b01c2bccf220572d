/** Holds the data that subscribers of one channel got against what was published there. */
import type { Content, Delivered } from './channel-content.ts'
import { tell, type JudgementSum } from './judgement-sum.ts'
import { NO_POSITION_GIVEN, REFUSED, UNKNOWN, type PublishedEvents } from './published-events.ts'
import type { ReceivedChannel } from './received-channel.ts'

export function judgeContent(
  { channel, content }: ReceivedChannel,
  published: PublishedEvents,
  hasPositions: boolean,
  judgement: JudgementSum,
): void {
  if (content.uncompared > 0) {
    tell(
      judgement,
      `${channel} had too many epochs, or offsets too far apart: the data of ${content.uncompared} deliveries is not judged`,
    )
  }
  const verdicts = new ContentVerdicts(published)
  for (const [epoch, offsets] of content.epochs) {
    for (const [offset, contents] of offsets.delivered()) {
      const doubtful: Delivered[] = []
      for (const delivered of contents) {
        const verdict = verdicts.of(epoch, offset, delivered.content)
        if (verdict === 'possible') doubtful.push(delivered)
        else if (verdict === 'invented') blame('corrupted', delivered, 'never published')
        else if (verdict !== 'right') blame(verdict, delivered)
      }
      // Where the publisher does not know, what most subscribers got is taken for right.
      const [taken, ...rarer] = doubtful.toSorted((one, other) => other.deliveries - one.deliveries)
      if (taken !== undefined && hasPositions) {
        const { content: number, deliveries } = taken
        judgement.unknowns.push({ channel, position: `${epoch}-${offset}`, number, deliveries })
      }
      for (const delivered of rarer) blame('corrupted', delivered)

      function blame(
        fault: 'corrupted' | 'duplicated',
        { content: found, deliveries }: Delivered,
        cause: string = fault,
      ) {
        judgement[fault] += deliveries
        const what = found < 0 ? 'other data' : `event ${found}`
        tell(judgement, `${channel} has ${what} at ${epoch}-${offset}, which is ${cause}`)
      }
    }
  }
}

/**
 * `corrupted`: another was published there, or this one was refused. `invented`: it never was published. `duplicated`: it
 * stands at another position, too. `possible`: the publisher does not know.
 */
type ContentVerdict = 'right' | 'possible' | 'invented' | 'corrupted' | 'duplicated'

class ContentVerdicts {
  readonly #published: PublishedEvents
  /** By the number of an event of unknown outcome, where it was found so far. */
  readonly #positions = new Map<number, Set<string>>()

  constructor(published: PublishedEvents) {
    this.#published = published
  }

  of(epoch: string, offset: number, content: Content): ContentVerdict {
    const accepted = this.#published.epochs.get(epoch)?.numberAt(offset)
    if (accepted !== undefined) return accepted === content ? 'right' : 'corrupted'
    // Channels are those of the run alone, so nobody else may write there.
    if (content < 0) return 'invented'
    const outcomes = this.#published.outcomesOf(content)
    if (outcomes.some((outcome) => outcome === UNKNOWN || outcome === NO_POSITION_GIVEN)) {
      return this.#ofUnknown(content, `${epoch}-${offset}`)
    }
    if (outcomes.every((outcome) => outcome === undefined)) return 'invented'
    const isElsewhere = outcomes.some((outcome) => outcome !== undefined && outcome !== REFUSED)
    return isElsewhere ? 'duplicated' : 'corrupted'
  }

  /** A publish of unknown outcome may have been accepted once, at any position. */
  #ofUnknown(number: number, position: string): ContentVerdict {
    const positions = this.#positions.get(number) ?? new Set()
    this.#positions.set(number, positions.add(position))
    return positions.size > this.#published.publishers ? 'duplicated' : 'possible'
  }
}
