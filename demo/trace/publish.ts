import { acceptedIds, post, publishText } from '../../test/support/clients/requests.ts'

export const CHANNEL = 'orders'

/** Far below what may wait for a subscriber, and large enough to fill the kernel's buffers soon. */
const FILLER = 'x'.repeat(48 * 1024)

/** The kernel takes some 4 MiB for a client that does not read. */
const MOST_FILLERS = 400

/** Publishes until bytes wait in a process for a subscriber that does not read. */
export async function publishUntilBytesWait(url: string, adminUrl: string): Promise<void> {
  for (let count = 0; count < MOST_FILLERS; count++) {
    await publishText(url, CHANNEL, FILLER)
    if ((await waitingBytes(adminUrl)) > 0) return
  }
  const size = (MOST_FILLERS * FILLER.length) / 1024 ** 2
  throw new Error(`expected bytes to wait for a subscriber that has not read ${size} MiB`)
}

async function waitingBytes(adminUrl: string): Promise<number> {
  const response = await fetch(`${adminUrl}/metrics`)
  const found = /^runnel_buffered_bytes(?:\{.*\})? (\d+)/m.exec(await response.text())
  if (found === null) throw new Error(`expected runnel_buffered_bytes at ${adminUrl}/metrics`)
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
