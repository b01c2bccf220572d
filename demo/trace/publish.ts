import { acceptedIds, post, publishText } from '../../test/support/clients/requests.ts'

export const CHANNEL = 'orders'

/** Far below what may wait for a subscriber, and large enough to fill the kernel's buffers soon. */
const FILLER = 'x'.repeat(48 * 1024)

/** The kernel takes some 4 MiB for a client that does not read. */
const MOST_FILLERS = 400

/** What a process measures of a subscriber that does not read: bytes that wait for it, then events it is not given. */
type SlownessMetric = 'runnel_buffered_bytes' | 'runnel_events_dropped_total'

/** Publishes until a process with a subscriber that does not read measures more than 0. */
export async function publishUntil(
  metric: SlownessMetric,
  url: string,
  adminUrl: string,
): Promise<void> {
  for (let count = 0; count < MOST_FILLERS; count++) {
    await publishText(url, CHANNEL, FILLER)
    if ((await measured(metric, adminUrl)) > 0) return
  }
  const size = (MOST_FILLERS * FILLER.length) / 1024 ** 2
  throw new Error(`expected ${metric} above 0, with a subscriber that has not read ${size} MiB`)
}

async function measured(metric: SlownessMetric, adminUrl: string): Promise<number> {
  const response = await fetch(`${adminUrl}/metrics`)
  const found = new RegExp(`^${metric}(?:\\{.*\\})? (\\d+)`, 'm').exec(await response.text())
  if (found === null) throw new Error(`expected ${metric} at ${adminUrl}/metrics`)
  return Number(found[1])
}

/** Publishes an event, and asks for its trace: a service on a loopback address grants that to everyone. */
export async function publishTraced(
  url: string,
): Promise<{ readonly id: string; readonly traceId: string }> {
  const headers = { 'Runnel-Trace': '1' }
  const response = await post(`${url}/publish/${CHANNEL}`, 'text/plain', 'follow me', headers)
  const traceResponse = response.headers.get('Traceresponse') ?? ''
  const [id = ''] = await acceptedIds(response)
  const traceId = /^00-([0-9a-f]{32})-/.exec(traceResponse)?.[1]
  if (traceId === undefined) {
    throw new Error(`expected a trace id in the header Traceresponse, got "${traceResponse}"`)
  }
  return { id, traceId }
}
