import { positionAt, resume } from '../../src/log/history.ts'
import { parsePosition } from '../../src/wire/position.ts'
import { Judge } from './judge.ts'
import type { World } from './world.ts'

/**
 * Resumes a client from a position: it gets the gaps of `resume`, then all kept events. The client resumes
 * again from each gap but the last, as if its stream was cut there. `history` is the view of the log under
 * test. Returns the breaches of the delivery guarantee.
 */
export function judgeResume(
  world: World,
  cursor: string,
  history = world.history,
): readonly string[] {
  const judge = new Judge([{ name: 'a', world }])
  judge.observe({ kind: 'asks', cursor, from: 'latest' })
  const { after, gaps } = resume(history, parsePosition(cursor)!)
  const ids = gaps.map((gap) => positionAt(history, gap.after))
  for (const [index, { after: _, ...gap }] of gaps.entries()) {
    judge.observe({ kind: 'gap', id: ids[index]!, gap: { channel: 'a', ...gap } })
  }
  judge.observe({ kind: 'opens', cursor: ids.at(-1) ?? cursor, resumed: gaps.length === 0 })
  for (const { offset, data } of world.eventsAfter(after)) {
    judge.observe({ kind: 'event', channel: 'a', data, id: positionAt(history, offset) })
  }
  judge.observe({ kind: 'settled' })
  const later = ids.slice(0, -1).flatMap((id) => judgeResume(world, id, history))
  return [...judge.breaches, ...later]
}
