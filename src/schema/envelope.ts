import { z } from 'zod'
import { channelName, eventName, position, time, type DocumentOf } from './values.ts'

export const envelopeDocument = z
  .strictObject({
    channel: channelName,
    position,
    event: eventName,
    data: z.string(),
    time: time.describe('When the log accepted the event.'),
  })
  .describe('An event as JSON, where an event stream has no field for the channel.')

export type Envelope = DocumentOf<typeof envelopeDocument>
