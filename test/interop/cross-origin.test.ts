/** Pages of other origins in a real browser, which asks the service before it sends what a library has added. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { startTestService } from '../support/service.ts'

/** Headers that libraries for traces, errors and event streams add to requests of a page. */
const ADDED = {
  baggage: 'sentry-environment=production',
  'Cache-Control': 'no-cache',
  'Last-Event-ID': 'none',
  'sentry-trace': '4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  tracestate: 'vendor=1',
  'X-Requested-With': 'XMLHttpRequest',
}

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser.close())

/** An empty page of an origin of its own. */
async function openPage(): Promise<{ page: Page; origin: string } & AsyncDisposable> {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html').end('<link rel=icon href=data:,>')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const page = await browser.newPage()
  await page.goto(origin)
  return {
    page,
    origin,
    async [Symbol.asyncDispose]() {
      await page.close()
      server.close()
      server.closeAllConnections()
    },
  }
}

interface Requests {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Runs in the page. Gives what came of a publish, and the beginning of a stream; rejects where the browser refuses. */
async function publishAndRead({ url, headers }: Requests): Promise<[number, string]> {
  const credentials = 'include'
  const published = await fetch(`${url}/publish/a`, {
    method: 'POST',
    credentials,
    headers: { ...headers, 'Content-Type': 'application/json', 'Idempotency-Key': 'once' },
    body: '{"data":"from a page"}',
  })
  const stream = await fetch(`${url}/stream/a?from=earliest`, { credentials, headers })
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
  const { value = '' } = await reader.read()
  await reader.cancel()
  return [published.status, value]
}

test('a listed page publishes and reads with all headers that libraries add', async () => {
  await using opened = await openPage()
  await using service = await startTestService({ 'cors-origins': opened.origin })
  const requests = { url: service.url, headers: ADDED }
  const [status, text] = await opened.page.evaluate(publishAndRead, requests)
  expect([status, text]).toEqual([200, expect.stringContaining('runnel.open')])
})

test('the browser keeps a page that is not listed from all of it', async () => {
  await using opened = await openPage()
  await using service = await startTestService({ 'cors-origins': 'http://127.0.0.1' })
  for (const headers of [ADDED, {}]) {
    const requests = { url: service.url, headers }
    await expect(opened.page.evaluate(publishAndRead, requests)).rejects.toThrow('Failed to fetch')
  }
})
