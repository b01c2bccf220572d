import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../support/chromium.ts'
import {
  collectEvents,
  type CollectOptions,
  type InteropClient,
  type ReceivedEvent,
  type Sink,
  withLastEventId,
} from './interop-client.ts'

/** A report of the page: an event, or the end or failure of the connection. */
export type PageReport = ReceivedEvent | 'end' | 'fail'

export interface PageRequest {
  readonly key: number
  /** The name of the client. */
  readonly client: string
  readonly url: string
  readonly names: readonly string[]
  readonly reconnects: boolean
}

/**
 * Runs in the page, so it can use no other code of its file. Calls `reportToTest` of the page for each report, with
 * the key of its request.
 */
export type OpenInPage = (request: PageRequest) => { close(): void }

const NODE_MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))

/**
 * The pages of a real browser in which clients run, one page per origin. The browser starts at the first collection.
 */
export class ChromiumPages {
  /** Elements of each page; those that load scripts may name files under `/node_modules/`. */
  readonly #head: string
  readonly #pages = new Map<string, Promise<Page>>()
  readonly #sinks = new Map<number, Sink>()
  #browser: Promise<Browser> | undefined
  #lastKey = 0

  constructor(head = '') {
    this.#head = head
  }

  client(name: string, open: OpenInPage): InteropClient {
    return {
      name,
      canReconnect: true,
      collect: async (url, options) => this.#collect(name, open, url, options),
    }
  }

  async close(): Promise<void> {
    const browser = await this.#browser
    await browser?.close()
  }

  async #collect(
    client: string,
    open: OpenInPage,
    url: string,
    options: CollectOptions = {},
  ): Promise<ReceivedEvent[]> {
    const target = withLastEventId(url, options.lastEventId)
    const page = await this.#page(new URL(target).origin)
    const key = ++this.#lastKey
    const { names = [], reconnects = false } = options
    return collectEvents(options, (sink) => {
      this.#sinks.set(key, sink)
      const pageRequest: PageRequest = {
        key,
        client,
        url: target,
        names: [...new Set(['message', ...names])],
        reconnects,
      }
      const source = page.evaluateHandle(open, pageRequest)
      source.catch(sink.fail)
      return async () => {
        this.#sinks.delete(key)
        const handle = await source
        await handle.evaluate((opened) => opened.close())
        await handle.dispose()
      }
    })
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
    await page.exposeFunction('reportToTest', (key: number, report: PageReport) => {
      const sink = this.#sinks.get(key)
      if (report === 'end') sink?.end()
      else if (report === 'fail') sink?.fail(new Error('expected a stream, chromium failed'))
      else sink?.event(report)
    })
    // A page of the same origin, which the server need not know: no CORS and no policy of its own
    // pages stands between the client and the stream. The icon spares the server a request for one.
    const blank = `${origin}/blank-page-of-the-test`
    const body = `<link rel=icon href=data:,>${this.#head}`
    await page.route(blank, (route) => route.fulfill({ contentType: 'text/html', body }))
    await page.route(`${origin}/node_modules/**`, (route) =>
      route.fulfill({ path: moduleFile(route.request().url()) }),
    )
    await page.goto(blank)
    await page.unrouteAll()
    return page
  }
}

/** The file of a module, which packages made for bundlers import without its extension. */
function moduleFile(url: string): string {
  const path = new URL(url).pathname.replace('/node_modules', NODE_MODULES)
  return extname(path) === '' ? `${path}.js` : path
}
