import { escapeHtml } from '../../../reporting/html.ts'
import { showTime } from '../figure-texts.ts'
import type { Phase } from '../result.ts'
import type { TimePlots } from './time-plots.ts'

/** The places of the plots, which the script of the page fills, and what their bands mean. */
export function renderPlots({ plots, phases, faults }: TimePlots, result: number): string {
  if (plots.length === 0) return ''
  const figures = plots.map(
    ({ title, unit }, index) =>
      `<figure class="plot card" data-result="${result}" data-plot="${index}"><figcaption>${escapeHtml(title)} <span>${escapeHtml(unit)}</span></figcaption></figure>`,
  )
  const bands = [...phases.map(renderBand('phase')), ...faults.map(renderBand('fault'))]
  return `<h3>Over time</h3>
<ul class="bands">${bands.join('')}</ul>
<div class="plots">${figures.join('')}</div>`
}

function renderBand(kind: 'phase' | 'fault') {
  return ({ name, from, to }: Phase) =>
    `<li class="${kind}">${escapeHtml(name)} <span>${showTime(from)}–${showTime(to)}</span></li>`
}
