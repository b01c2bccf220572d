import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ModelChannel, modelStep, type ModelClient } from '../../test/support/model-channel.ts'
import { parsePosition } from '../wire/position.ts'
import { positionAt, resume } from './history.ts'

test('nothing is lost silently, no gap is false, and bounds are exact, whatever happens in between', () => {
  fc.assert(
    fc.property(fc.array(modelStep, { maxLength: 40, size: 'max' }), (script) => {
      const channel = new ModelChannel()
      const clients: ModelClient[] = []
      for (const next of script) {
        if (next.kind === 'append') channel.append(next.count)
        else if (next.kind === 'trim') channel.trim(next.count)
        else if (next.kind === 'fail over') channel.failOver(next.statesLost)
        else if (next.kind === 'flush') channel.flush()
        else if (next.kind === 'rotate lives') channel.rotateLives()
        else if (next.kind === 'prime') clients.push(channel.prime(next.depth))
        else
          clients.push(...clients.splice(0, 1).map((client) => channel.deliver(client, next.count)))

        for (const client of clients) {
          expect(resume(channel.history, parsePosition(client.position)!)).toEqual(
            channel.judge(client),
          )
        }
        const names = channel.line.map((_, index) => positionAt(channel.history, index + 1))
        expect(names).toEqual(channel.line.map(({ position }) => position))
      }
    }),
    { numRuns: 2_000 },
  )
})
