import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../support/chromium.ts'
import {
  collectEvents,
  type InteropClient,
  type ReceivedEvent,
  type Sink,
  withLastEventId,
} from './interop-client.ts'

/** A report of the page: an event, or the end or failure of the connection. */
type Report = ReceivedEvent | 'end' | 'fail'

interface PageRequest {
  readonly key: number
  readonly url: string
  readonly names: readonly string[]
  readonly reconnects: boolean
}

/** Exists in the page only. */
declare const reportToTest: (
  key: number,
  report: Record<keyof ReceivedEvent, unknown> | string,
) => void

/**
 * The EventSource of a real browser. The browser starts at the first collection, and has one page per
 * origin.
 */
export class ChromiumClient implements InteropClient {
  readonly name = 'chromium'
  readonly canReconnect = true
  readonly #pages = new Map<string, Promise<Page>>()
  readonly #sinks = new Map<number, Sink>()
  #browser: Promise<Browser> | undefined
  #lastKey = 0

  collect: InteropClient['collect'] = async (url, options = {}) => {
    const target = withLastEventId(url, options.lastEventId)
    const page = await this.#page(new URL(target).origin)
    const key = ++this.#lastKey
    const { names = [], reconnects = false } = options
    return collectEvents(options, (sink) => {
      this.#sinks.set(key, sink)
      const pageRequest: PageRequest = {
        key,
        url: target,
        names: [...new Set(['message', ...names])],
        reconnects,
      }
      const source = page.evaluateHandle(openInPage, pageRequest)
      source.catch(sink.fail)
      return async () => {
        this.#sinks.delete(key)
        const handle = await source
        await handle.evaluate((opened) => opened.close())
        await handle.dispose()
      }
    })
  }

  async close(): Promise<void> {
    const browser = await this.#browser
    await browser?.close()
  }

  #page(origin: string): Promise<Page> {
    const known = this.#pages.get(origin)
    if (known !== undefined) return known
    const page = this.#openPage(origin)
    this.#pages.set(origin, page)
    return page
  }

  async #openPage(origin: string): Promise<Page> {
    this.#browser ??= launchChromium()
    const browser = await this.#browser
    const page = await browser.newPage()
    await page.exposeFunction('reportToTest', (key: number, report: Report) => {
      const sink = this.#sinks.get(key)
      if (report === 'end') sink?.end()
      else if (report === 'fail') sink?.fail(new Error('expected a stream, chromium failed'))
      else sink?.event(report)
    })
    // An empty page of the same origin, which the server need not know: no CORS and no policy of
    // its own pages stands between the EventSource and the stream. The icon spares the server a
    // request for one.
    const blank = `${origin}/blank-page-of-the-test`
    await page.route(blank, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<link rel=icon href=data:,>' }),
    )
    await page.goto(blank)
    await page.unrouteAll()
    return page
  }
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
