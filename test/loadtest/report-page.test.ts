import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compare } from '../../loadtest/report/comparison.ts'
import { FAKE_FIGURES, fakeReport, fakeResult } from '../../loadtest/report/fake-result.ts'
import { renderReport } from '../../loadtest/report/page/html-report.ts'
import type { Report } from '../../loadtest/report/result.ts'
import { launchChromium } from '../support/chromium.ts'
import { eventually } from '../support/eventually.ts'

/** What a run shows over time, and how its times are distributed. */
const PLOTS = [
  'Subscribers',
  'Events a second',
  'Delivery time',
  'Disturbances a second',
  'Streams of each server',
  'CPU of each server',
  'RSS of each server',
  'JS heap of each server',
  'Event loop delay',
  'Garbage collection',
  'Descriptors of each server',
  'Share of all',
]

const WIDEST_CANVAS =
  'Math.max(...[...document.querySelectorAll("canvas")].map(({ clientWidth }) => clientWidth))'

const LOSING = { ...FAKE_FIGURES, lost: 5_902 }

let browser: Browser
let folder: string

beforeAll(async () => {
  browser = await launchChromium()
  folder = await mkdtemp(join(tmpdir(), 'loadtest-page-'))
})

afterAll(async () => {
  await browser.close()
  await rm(folder, { recursive: true })
})

interface Opened extends AsyncDisposable {
  readonly page: Page
  /** What the page logged, threw, or asked of a network. */
  readonly problems: readonly string[]
}

async function open(html: string, width = 1_280): Promise<Opened> {
  const file = join(folder, 'report.html')
  await writeFile(file, html)
  const page = await browser.newPage({ viewport: { width, height: 900 } })
  const problems: string[] = []
  page.on('console', (message) => problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('dialog', (dialog) => problems.push(dialog.message()))
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) problems.push(request.url())
  })
  await page.goto(pathToFileURL(file).href)
  // Plots are drawn after the script has run.
  await page.evaluate('new Promise(requestAnimationFrame)')
  return { page, problems, [Symbol.asyncDispose]: async () => page.close() }
}

async function canvasesOf(page: Page): Promise<readonly number[]> {
  const figures = await page.locator('figure').all()
  return Promise.all(figures.map(async (figure) => figure.locator('canvas').count()))
}

describe('the page of a load test', () => {
  it.each([
    ['with faults', {}],
    ['without faults', { faults: [] }],
    ['without phases', { phases: [] }],
    ['with neither', { phases: [], faults: [] }],
  ])(
    'draws each plot of a run %s on a canvas, without a problem or a network',
    async (_, parts) => {
      await using opened = await open(renderReport(fakeReport(fakeResult(parts))))
      const captions = await opened.page.locator('figcaption').allTextContents()
      expect(captions).toEqual(PLOTS.map((title) => expect.stringContaining(title)))
      expect(await canvasesOf(opened.page)).toEqual(PLOTS.map(() => 1))
      expect(opened.problems).toEqual([])
    },
  )

  it('draws its plots anew when the scheme of colors changes', async () => {
    await using opened = await open(renderReport(fakeReport()))
    await opened.page.emulateMedia({ colorScheme: 'dark' })
    await eventually(async () => expect(await canvasesOf(opened.page)).toEqual(PLOTS.map(() => 1)))
    expect(opened.problems).toEqual([])
  })

  it.each([320, 1_280])('is no wider than a window of %s pixels', async (width) => {
    const before = fakeReport(fakeResult({ figures: LOSING }))
    const html = renderReport(fakeReport(), compare(fakeReport(), before))
    await using opened = await open(html, width)
    const widthOfPage = 'document.documentElement.scrollWidth'
    await eventually(async () => expect(await opened.page.evaluate(widthOfPage)).toBe(width))
  })

  it('follows a window that becomes narrower', async () => {
    await using opened = await open(renderReport(fakeReport()))
    await opened.page.setViewportSize({ width: 390, height: 800 })
    await eventually(async () =>
      expect(await opened.page.evaluate(WIDEST_CANVAS)).toBeLessThan(390),
    )
  })

  it('marks phases and faults', async () => {
    await using opened = await open(renderReport(fakeReport()))
    expect(await opened.page.locator('.bands .phase').allTextContents()).toEqual([
      'connect 0:00–0:06',
      'publish 0:06–1:24',
      'judge 1:24–1:30',
    ])
    expect(await opened.page.locator('.bands .fault').allTextContents()).toEqual([
      'rollout 0:40–0:58',
    ])
  })

  it('leaves out plots of what was not measured', async () => {
    const { seriesOfSeconds } = fakeResult()
    const silent = seriesOfSeconds.map((sample) => ({
      ...sample,
      fleet: { servers: [], replicas: undefined },
    }))
    const report = fakeReport(fakeResult({ seriesOfSeconds: silent, histograms: {} }))
    await using opened = await open(renderReport(report))
    expect(await canvasesOf(opened.page)).toEqual([1, 1, 1, 1])
    expect(opened.problems).toEqual([])
  })

  it('opens for a run that ended at once', async () => {
    const report = fakeReport(
      fakeResult({
        seriesOfSeconds: [],
        phases: [],
        faults: [],
        histograms: {},
        interrupted: 'SIGINT',
      }),
    )
    await using opened = await open(renderReport(report))
    expect(await opened.page.locator('h1').textContent()).toContain('interrupted (SIGINT)')
    expect(opened.problems).toEqual([])
  })

  it('shows what faults did to Runnel and to the naive variant, and judges Runnel alone', async () => {
    const report = fakeReport(fakeResult(), fakeResult({ variant: 'naive', figures: LOSING }))
    await using opened = await open(renderReport(report))
    const rows = await opened.page.locator('body > section:first-of-type tr').allTextContents()
    expect(rows).toEqual([
      expect.stringContaining('fault'),
      expect.stringMatching(/^rolloutRunnel0/),
      expect.stringMatching(/^rolloutnaive5,902/),
    ])
    expect(await opened.page.locator('h1').textContent()).toBe('rollout: 8 of 8 thresholds met')
  })

  it('has what a baseline had', async () => {
    const before = fakeReport(fakeResult({ figures: LOSING }))
    await using opened = await open(renderReport(fakeReport(), compare(fakeReport(), before)))
    const lost = opened.page.locator('tr', { hasText: /^lost/ }).first()
    expect(await lost.locator('td').allTextContents()).toEqual([
      'lost',
      '0',
      '0',
      'met',
      '5,902',
      '× 0.00',
      'better',
    ])
  })

  it('links the trace, whatever its address holds', async () => {
    const url = 'https://jaeger.test/trace/1?a="onclick="alert(1)'
    const report = fakeReport(
      fakeResult({ trace: { url, pods: ['a', 'b'], commands: [], drawing: '' } }),
    )
    await using opened = await open(renderReport(report))
    const link = opened.page.locator('a', { hasText: 'One publish, delivered by a and b' })
    expect(await link.getAttribute('href')).toBe(url)
    expect(await link.getAttribute('onclick')).toBeNull()
  })

  it('shows hostile texts as what they are', async () => {
    await using opened = await open(renderReport(hostileReport()))
    expect(opened.problems).toEqual([])
    expect(await opened.page.locator('img, a[href^="javascript"], script[src]').count()).toBe(0)
    expect(await canvasesOf(opened.page)).not.toContain(0)
    expect(await opened.page.locator('body').textContent()).toContain(HOSTILE)
  })
})

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert(1)">"'&lt;`

function hostileReport(): Report {
  const result = fakeResult()
  const seriesOfSeconds = result.seriesOfSeconds.map((sample) => ({
    ...sample,
    fleet: {
      ...sample.fleet,
      servers: sample.fleet.servers.map((server) => ({ ...server, name: HOSTILE })),
    },
  }))
  const hostile = {
    ...result,
    seriesOfSeconds,
    scenario: HOSTILE,
    story: HOSTILE,
    target: HOSTILE,
    versions: { [HOSTILE]: HOSTILE },
    startedAt: HOSTILE,
    interrupted: HOSTILE,
    phases: [{ name: HOSTILE, from: 0, to: 9 }],
    faults: [{ name: HOSTILE, from: 0, to: 9 }],
    notes: [HOSTILE],
    examples: [HOSTILE],
    trace: {
      url: `javascript:alert(1)//${HOSTILE}`,
      pods: [HOSTILE],
      commands: [HOSTILE],
      drawing: HOSTILE,
    },
  }
  const report = fakeReport(hostile, { ...hostile, variant: 'naive' })
  return { ...report, machine: { ...report.machine, model: HOSTILE, kernel: HOSTILE } }
}
