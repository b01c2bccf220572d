import { z } from 'zod'
import { pollDocument } from '../poll.ts'
import { json } from './components.ts'
import { notStored } from './headers.ts'
import { channelInPath, channelsInQuery, query, startParameters } from './parameters.ts'
import { refer, responses } from './responses.ts'

const DESCRIPTION = `Answers at once without a cursor, with a gap, or with events at hand; else it holds. \
After the wait it answers with no events. The cursors are those of the stream.`

const parameters = [
  ...startParameters,
  query('wait', z.int().min(0).max(55).default(25), 'Seconds to hold.'),
  query('limit', z.int().min(1).max(1_000).default(100), 'Most events in the answer.'),
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
