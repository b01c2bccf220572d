import { z } from 'zod'
import { POLL_EVENTS, POLL_WAIT } from '../limits.ts'
import { pollDocument } from '../poll.ts'
import { json } from './components.ts'
import { notStored } from './headers.ts'
import { channelInPath, channelsInQuery, query, startParameters } from './parameters.ts'
import { refer, responses } from './responses.ts'

const DESCRIPTION = `Answers at once without a cursor, with a gap, or with events at hand; else it holds. \
After the wait it answers with no events. The cursors are those of the stream.`

const parameters = [
  ...startParameters,
  query('wait', z.int().min(0).max(POLL_WAIT.max).default(POLL_WAIT.default), 'Seconds to hold.'),
  query(
    'limit',
    z.int().min(1).max(POLL_EVENTS.max).default(POLL_EVENTS.default),
    'Most events in the answer.',
  ),
]

const shared = {
  tags: ['events'],
  description: DESCRIPTION,
  responses: responses({
    200: { description: 'Events, or none.', headers: notStored, content: json(pollDocument) },
    503: refer('Unavailable'),
  }),
}

export const pollPaths = {
  '/poll': {
    get: {
      operationId: 'pollChannels',
      summary: 'Waits for events of several channels',
      ...shared,
      parameters: [channelsInQuery, ...parameters],
    },
  },
  '/poll/{channel}': {
    get: {
      operationId: 'pollChannel',
      summary: 'Waits for events of a channel',
      ...shared,
      parameters: [channelInPath, ...parameters],
    },
  },
}
