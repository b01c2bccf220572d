import { positionAt, resume } from '../../src/log/history.ts'
import { parsePosition } from '../../src/wire/position.ts'
import { Judge } from './law.ts'
import type { World } from './world.ts'

/**
 * A client comes with a position and is told what `resume` makes of it, then all that is kept; it comes
 * again after each gap but the last, as if cut there. `history` is what the log under test says of the
 * world. Returns the breaches of the law.
 */
export function judgeResume(
  world: World,
  cursor: string,
  history = world.history,
): readonly string[] {
  const judge = new Judge([{ name: 'a', world }])
  judge.hear({ kind: 'asks', cursor, from: 'latest' })
  const { after, gaps } = resume(history, parsePosition(cursor)!)
  const ids = gaps.map((gap) => positionAt(history, gap.after))
  for (const [index, { after: _, ...gap }] of gaps.entries()) {
    judge.hear({ kind: 'gap', id: ids[index]!, gap: { channel: 'a', ...gap } })
  }
  judge.hear({ kind: 'opens', cursor: ids.at(-1) ?? cursor, resumed: gaps.length === 0 })
  for (const { offset, data } of world.eventsAfter(after)) {
    judge.hear({ kind: 'event', channel: 'a', data, id: positionAt(history, offset) })
  }
  judge.hear({ kind: 'settled' })
  const later = ids.slice(0, -1).flatMap((id) => judgeResume(world, id, history))
  return [...judge.breaches, ...later]
}
