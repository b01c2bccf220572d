import type { PollDocument } from '../../schema/poll.ts'
import { parseFields, type Unchecked } from '../parse-json.ts'
import { endpointOf } from '../service-client.ts'
import { ask, readBody } from './ask.ts'
import type { CheckAttempt } from './check-order.ts'

/** In ms. */
const PATIENCE = 5_000

/**
 * How many events of the channel the service has that answers at the URL; undefined if none answers. It
 * tells events that are held back on the way from events that went to another service.
 */
export async function askKept(
  { url, channel, connect }: CheckAttempt,
  signal: AbortSignal,
): Promise<number | undefined> {
  const poll = endpointOf(url, `/poll/${channel}`)
  poll.search = '?from=earliest&wait=0&limit=1000'
  try {
    const options = { accept: 'application/json', connect, patience: PATIENCE, signal }
    const { events }: Unchecked<PollDocument> = parseFields(
      await readBody(await ask(poll, options)),
    )
    return Array.isArray(events) ? events.length : undefined
  } catch {
    return undefined
  }
}
