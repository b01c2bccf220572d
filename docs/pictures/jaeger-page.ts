import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'

const WIDTH = 1280
const HEIGHT = 1440

/** Milliseconds until the dots of a plot have come to their places. */
const TRANSITION = 1_000

/** Jaeger's web page in a browser. */
export class JaegerPage {
  readonly #page: Page
  readonly #url: string
  readonly #folder: string

  private constructor(page: Page, url: string, folder: string) {
    this.#page = page
    this.#url = url
    this.#folder = folder
  }

  /** `url`: that of Jaeger. Pictures are written into the folder. */
  static async open(browser: Browser, url: string, folder: string): Promise<JaegerPage> {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } })
    return new JaegerPage(page, url, folder)
  }

  async openTrace(traceId: string): Promise<void> {
    await this.#page.goto(`${this.#url}/trace/${traceId}`)
    await this.#page.waitForSelector('.span-row')
  }

  async searchStream(stream: string): Promise<void> {
    const tags = JSON.stringify({ 'runnel.stream': stream })
    const query = new URLSearchParams({ service: 'runnel', lookback: '1h', limit: '20', tags })
    await this.#page.goto(`${this.#url}/search?${query.toString()}`)
    await this.#page.waitForSelector('.ResultItem')
    await this.#page.waitForSelector('.recharts-scatter-symbol')
    await this.#page.waitForTimeout(TRANSITION)
  }

  /** Opens the details of a span, with its attributes and links. */
  async expandSpan(spanId: string): Promise<void> {
    await this.#page.locator(`[data-item-key="${spanId}--bar"] .span-view`).click()
    const details = this.#page.locator(`[data-item-key="${spanId}--detail"]`)
    await details.locator('.AccordianKeyValues--header', { hasText: 'Tags' }).click()
    await details.locator('.AccordianReferences--header').click()
  }

  /** Writes what is seen, down to the end of the lowest of the elements. */
  async takePicture(name: string, elements: string): Promise<void> {
    // A pointer over a span would mark it.
    await this.#page.mouse.move(WIDTH / 2, 10)
    const boxes = await Promise.all(
      (await this.#page.locator(elements).all()).map(async (each) => each.boundingBox()),
    )
    const ends = boxes.filter((box) => box !== null).map(({ y, height }) => y + height)
    if (ends.length === 0) throw new Error(`expected ${elements} on Jaeger's page`)
    await this.#page.screenshot({
      path: join(this.#folder, `${name}.png`),
      clip: { x: 0, y: 0, width: WIDTH, height: Math.ceil(Math.max(...ends)) + 1 },
    })
  }
}
