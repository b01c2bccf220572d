import { passTurns, type HubClient } from './clients/hub-client.ts'
import { TestHub } from './test-hub.ts'

/** A hub that collects the events of its channels for so many ms before it writes them. */
export function collectingHub(
  flushInterval: number,
  channels: readonly string[] = ['a', 'b'],
  readMemory?: number,
): TestHub {
  const pod = new TestHub(readMemory)
  pod.settings.flushInterval = flushInterval
  // The first event of a channel opens an epoch, which every process must read.
  for (const channel of channels) pod.log.history.publish(channel, 'first')
  return pod
}

export async function openLive(
  pod: TestHub,
  count: number,
  channels?: readonly string[],
): Promise<readonly HubClient[]> {
  const clients = Array.from({ length: count }, () => pod.newClient(channels))
  for (const client of clients) client.open(pod.hub)
  await passTurns(8)
  return clients
}

export function dataOf({ events }: HubClient): readonly string[] {
  return events.map(({ data }) => data)
}
