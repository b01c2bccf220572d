import type { ChromiumPage, PageReport, PageRequest } from './chromium-page.ts'
import type { InteropClient, ReceivedEvent } from './interop-client.ts'

/** Exists in the page only. */
declare const reportToTest: (
  key: number,
  report: Record<keyof ReceivedEvent, unknown> | PageReport,
) => void

/** The EventSource of a real browser. */
export function createChromiumClient(page: ChromiumPage): InteropClient {
  return page.client('chromium', openInPage)
}

/** Runs in the page, so it can use no other code of this file. */
function openInPage({ key, url, names, reconnects }: PageRequest): EventSource {
  const source = new EventSource(url)
  let hasOpened = false
  source.addEventListener('open', () => {
    hasOpened = true
  })
  source.addEventListener('error', () => {
    if (source.readyState === source.CLOSED || !hasOpened) reportToTest(key, 'fail')
    else if (!reconnects) reportToTest(key, 'end')
  })
  for (const name of names) {
    source.addEventListener(name, (message) => {
      // EventSource's own events named `error` and `open` carry nothing.
      if (!('data' in message && 'lastEventId' in message)) return
      reportToTest(key, { event: name, data: message.data, id: message.lastEventId })
    })
  }
  return source
}
