import type { NewEvent } from '../../log/event-log.ts'
import { MAX_PUBLISHED_EVENTS } from '../../schema/limits.ts'
import { Problem } from '../problem.ts'
import { parseJsonEvent } from './json.ts'
import type { PublishFormat } from './publish-format.ts'

/** One JSON event a line. Blank lines, such as the last one, are skipped. */
export const ndjson: PublishFormat = {
  parse: ({ body }) => {
    const events: NewEvent[] = []
    for (const [index, line] of body.split('\n').entries()) {
      if (line.trim() === '') continue
      if (events.length === MAX_PUBLISHED_EVENTS) {
        throw new Problem(413, `expected at most ${MAX_PUBLISHED_EVENTS} lines`)
      }
      events.push(parseJsonEvent(`line ${index + 1}: `, line))
    }
    if (events.length === 0) throw new Problem(400, 'expected at least one line, got none')
    return { events }
  },
}
