/** Publishes texts over HTTP and returns their ids. */
export async function publishTo(
  url: string,
  channel: string,
  ...texts: string[]
): Promise<readonly string[]> {
  const lines = texts.map((data) => JSON.stringify({ data })).join('\n')
  const response = await fetch(`${url}/publish/${channel}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-ndjson' },
    body: lines,
  })
  if (!response.ok) throw new Error(`expected 200, got ${response.status}`)
  return ((await response.json()) as { ids: string[] }).ids
}

export interface PolledEvent {
  readonly id: string
  readonly event: string
  readonly data: string
}

/** All events of a channel. */
export async function readAll(url: string, channel: string): Promise<readonly PolledEvent[]> {
  const events: PolledEvent[] = []
  let query = 'from=earliest'
  for (;;) {
    const response = await fetch(`${url}/poll/${channel}?${query}&wait=0&limit=1000`)
    const answer = (await response.json()) as {
      events: PolledEvent[]
      cursor: string
      more: boolean
    }
    events.push(...answer.events)
    if (!answer.more) return events
    query = `lastEventId=${answer.cursor}`
  }
}
