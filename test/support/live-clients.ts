import { passTurns, type HubClient } from './clients/hub-client.ts'
import type { TestHub } from './test-hub.ts'

/** Streams of these channels, which are live once this resolves. */
export async function openClients(
  pod: TestHub,
  count: number,
  channels = ['a'],
): Promise<readonly HubClient[]> {
  const clients = Array.from({ length: count }, () => pod.newClient(channels))
  for (const client of clients) client.open(pod.hub)
  await passTurns(3)
  return clients
}

/** Opens the epoch of a channel, after whose first event no read is needed. */
export function prepare(pod: TestHub): void {
  for (const channel of ['a', 'b']) pod.log.history.publish(channel, 'before')
}
