/** The data of system events. */
import { z } from 'zod'
import { channelName, count, cursor, ignored, position, retry, type DocumentOf } from './values.ts'

export const openDocument = z
  .strictObject({
    stream: z.string().min(1).describe('Names this connection in log lines and traces.'),
    cursor: cursor.describe('The cursor of the stream after its gaps.'),
    resumed: z.boolean().describe('A cursor was given, and no channel has a gap.'),
    heartbeat: count.describe('Milliseconds of silence after which a heartbeat is sent.'),
    ignored,
  })
  .describe('The stream is open.')

export const gapDocument = z
  .strictObject({
    channel: channelName.nullable().describe('Null where the cursor failed as a whole.'),
    reason: z
      .enum(['trimmed', 'epoch-lost', 'diverged', 'ahead', 'unknown-cursor'])
      .describe(
        'trimmed: count, bytes or age removed the events. epoch-lost: the history that the cursor belongs ' +
          'to is gone. diverged: a fail-over lost the events, which the client holds. ahead: the cursor is ' +
          'beyond the newest event. unknown-cursor: not a cursor of Runnel, or one for other channels.',
      ),
    from: position.nullable().describe('The first missing position; null where it is not known.'),
    to: position.nullable().describe('The last missing position; null where it is not known.'),
    missed: count.nullable().describe('How many events are missing; null where it is not known.'),
  })
  .describe('Events that cannot be replayed. The id of the gap is the new cursor.')

export const fullDocument = z
  .strictObject({
    reason: z
      .enum(['limit', 'client', 'log'])
      .describe(
        'limit: the pod or the fleet is full. client: this client has as many streams as it may. log: the ' +
          'log does not answer.',
      ),
    retry,
    poll: z
      .string()
      .regex(/^(?:poll\?channel=[^&]+&(?:.+&)?|\.\.\/poll\/[^/?]+\?)lastEventId=/)
      .describe(
        'Reference to a poll for the same events, relative to the URL of the stream after redirects.',
      ),
  })
  .describe('There is no room for the stream, which closes.')

export const drainDocument = z
  .strictObject({ retry })
  .describe('The pod leaves or sheds load; the stream closes.')

export const expireDocument = z
  .strictObject({
    reason: z
      .enum(['token', 'age'])
      .describe('token: the token has expired. age: the stream has reached its maximum age.'),
  })
  .describe('The time of the stream is over, and it closes.')

export const faultDocument = z
  .strictObject({ message: z.string().min(1) })
  .describe('The stream has failed, and closes.')

export const pingDocument = z
  .strictObject({})
  .describe('A heartbeat that pages can see, sent with ping=1.')

export type Open = DocumentOf<typeof openDocument>
export type Gap = DocumentOf<typeof gapDocument>
export type GapReason = Gap['reason']
export type Full = DocumentOf<typeof fullDocument>
