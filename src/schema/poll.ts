import { z } from 'zod'
import { POLL_EVENTS } from './limits.ts'
import { gapDocument } from './system-events.ts'
import { channelName, cursor, eventName, ignored, retry, time, type DocumentOf } from './values.ts'

export const polledEventDocument = z
  .strictObject({
    id: cursor.describe('The cursor that resumes after this event.'),
    channel: channelName,
    event: eventName,
    data: z.string(),
    time: time.describe('When the log accepted the event.'),
  })
  .describe('An event in the answer to a poll.')

export const pollDocument = z
  .strictObject({
    events: z.array(polledEventDocument).max(POLL_EVENTS.max),
    gaps: z.array(gapDocument).describe('They stand before the events.'),
    cursor: cursor.describe('The cursor of the next poll.'),
    more: z.boolean().describe('There are more events: come back after `retry`.'),
    retry,
    ignored,
  })
  .describe('The answer to a poll.')

export type PolledEvent = DocumentOf<typeof polledEventDocument>
export type PollDocument = DocumentOf<typeof pollDocument>
