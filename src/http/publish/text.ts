import { DEFAULT_EVENT_NAME } from '../../wire/event-name.ts'
import { newEvent } from './new-event.ts'
import type { PublishFormat } from './publish-format.ts'

/** The body is the data. */
export const text: PublishFormat = {
  isNamedByQuery: true,
  parse: ({ body, eventName }) => ({
    events: [newEvent('', eventName ?? DEFAULT_EVENT_NAME, body)],
  }),
}
