import { z } from 'zod'
import { MAX_PUBLISHED_EVENTS } from './limits.ts'
import { channelName, eventName, position, type DocumentOf } from './values.ts'

export const newEventDocument = z
  .strictObject({
    event: eventName.optional(),
    data: z.unknown().describe('A string goes out as it is, any other value as compact JSON.'),
  })
  .describe('An event to publish.')

export const publishDocument = z
  .strictObject({
    channel: channelName,
    ids: z
      .array(position)
      .min(1)
      .max(MAX_PUBLISHED_EVENTS)
      .describe('The positions of the events, in order.'),
  })
  .describe('The log has accepted the events.')

export const unconfirmedPublishDocument = publishDocument
  .extend({ replicated: z.literal(false) })
  .describe('The log has accepted the events, and no replica has confirmed them in time.')

export type NewEventDocument = DocumentOf<typeof newEventDocument>
export type PublishDocument = DocumentOf<typeof publishDocument>
export type UnconfirmedPublishDocument = DocumentOf<typeof unconfirmedPublishDocument>
