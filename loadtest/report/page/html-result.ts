import { escapeHtml } from '../../../reporting/html.ts'
import type { Comparison } from '../comparison.ts'
import {
  describeAmounts,
  describeReasons,
  describeVersions,
  headline,
  nameResult,
  REASONS_HEAD,
  showDate,
} from '../describe-result.ts'
import { FIGURE_TEXTS, showFigure, showTime } from '../figure-texts.ts'
import type { Figures } from '../../figures.ts'
import { renderFigures, renderPercentiles, renderVerdicts } from './html-figures.ts'
import { renderPlots } from './html-plots.ts'
import type { TimePlots } from './time-plots.ts'
import type { Result } from '../result.ts'
import { isMet } from '../verdicts.ts'

export interface ResultSection {
  readonly result: Result
  /** Among the results of the page. */
  readonly index: number
  readonly timePlots: TimePlots
  readonly comparison: Comparison | undefined
}

/** The figures that are shown large. */
const MAIN_FIGURES: readonly (keyof Figures)[] = [
  'lost',
  'deliveries',
  'deliveryP50',
  'deliveryP99',
  'worstPause',
  'reconnects',
]

export function renderResult({ result, index, timePlots, comparison }: ResultSection): string {
  const compared = comparison?.results.find(
    ({ scenario, variant }) => scenario === result.scenario && variant === result.variant,
  )
  const tolerance =
    comparison === undefined ? '' : `<p class="hint">${escapeHtml(comparison.tolerance)}</p>`
  return `<section class="result" id="result-${index}">
<h2>${escapeHtml(nameResult(result))} ${renderPill(result)}</h2>
<p class="story">${escapeHtml(result.story)}</p>
${renderFacts(result, compared?.baselineStartedAt)}
${renderTiles(result)}
<div class="beside">
${renderVerdicts(result, compared)}
<div>${renderTexts(REASONS_HEAD, describeReasons(result))}${renderTexts('Notes', result.notes)}${renderTexts('Found', result.examples)}</div>
</div>
${renderTrace(result)}
${renderPlots(timePlots, index)}
<h3>All figures</h3>
${tolerance}
${renderFigures(result, compared)}
${renderPercentiles(result, index)}
</section>`
}

/** The verdict on a result, in a word or two. */
export function renderPill(result: Result): string {
  const outcome = result.variant === 'naive' ? 'control' : isMet(result) ? 'met' : 'missed'
  return `<span class="pill ${outcome}">${escapeHtml(headline(result))}</span>`
}

function renderFacts(result: Result, baselineStartedAt: string | undefined): string {
  const facts: Readonly<Record<string, string | undefined>> = {
    Target: result.target,
    Versions: describeVersions(result.versions),
    Load: describeAmounts(result.amounts),
    Took: showTime(result.seconds),
    Baseline: baselineStartedAt === undefined ? undefined : showDate(baselineStartedAt),
  }
  const items = Object.entries(facts).flatMap(([name, text]) =>
    text === undefined || text === ''
      ? []
      : [`<div><dt>${name}</dt><dd>${escapeHtml(text)}</dd></div>`],
  )
  return `<dl class="facts">${items.join('')}</dl>`
}

function renderTiles({ figures, verdicts }: Result): string {
  const tiles = MAIN_FIGURES.map((name) => {
    const isMissed = verdicts.some(({ figure, isMet: met }) => figure === name && !met)
    return `<div${isMissed ? ' class="missed"' : ''}><dt>${escapeHtml(FIGURE_TEXTS[name].head)}</dt><dd>${escapeHtml(showFigure(name, figures[name]))}</dd></div>`
  })
  return `<dl class="tiles">${tiles.join('')}</dl>`
}

function renderTexts(head: string, texts: readonly string[]): string {
  if (texts.length === 0) return ''
  const items = texts.map((text) => `<li>${escapeHtml(text)}</li>`)
  return `<h3>${head}</h3><ul>${items.join('')}</ul>`
}

/** A target is handed its trace by others: only a link that a browser opens as a page is made one. */
function renderTrace({ trace }: Result): string {
  if (trace === undefined) return ''
  const text = `One publish, delivered by ${trace.pods.join(' and ')}`
  const link = /^https?:\/\//.test(trace.url)
    ? `<a href="${escapeHtml(trace.url)}" rel="noopener noreferrer">${escapeHtml(text)}</a>`
    : escapeHtml(`${text}: ${trace.url}`)
  const commands =
    trace.commands.length === 0
      ? ''
      : `<p class="hint">The link opens while the first of these runs:</p><pre>${escapeHtml(trace.commands.join('\n'))}</pre>`
  return `<h3>Trace</h3>
<div class="card"><p>${link}</p>${commands}<pre>${escapeHtml(trace.drawing)}</pre></div>`
}
