// Runs in the page of the report, where uPlot and the data are global.
const HEIGHT = 220
const COLORS = 8

/** The height of a row of names. */
const ROW = 16

/** The percentiles that the axis of a distribution names, as `-log10(1 - share)`. */
const NINES = [0, Math.log10(2), 1, 2, 3, 4, 5, 6, 7]

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const precise = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })
const results = JSON.parse(document.getElementById('plots').textContent)
const drawn = new Map()

/** Colors are those of the page, so a change between light and dark draws everything anew. */
function drawAll() {
  for (const figure of document.querySelectorAll('figure.plot')) {
    const { result, plot } = figure.dataset
    const { seconds, phases, faults, plots, distribution } = results[result]
    const { data, options } =
      plot === 'distribution'
        ? distributionPlot(distribution)
        : timePlot({ seconds, bands: bandsOf(phases, faults), plot: plots[plot], sync: result })
    drawn.get(figure)?.destroy()
    drawn.set(figure, new uPlot({ ...options, ...sizeOf(figure) }, data, figure))
  }
}

function timePlot({ seconds, bands, plot, sync }) {
  const { lines, unit, isLogarithmic } = plot
  return {
    data: [seconds, ...lines.map(({ values }) => values)],
    options: {
      cursor: { sync: { key: sync } },
      scales: {
        x: { time: false },
        y: isLogarithmic ? { distr: 3 } : { range: fromZero },
        right: { range: fromZero },
      },
      axes: [axis({ values: each(showTime), size: 30 }), ...valueAxes(lines, isLogarithmic)],
      series: [{ label: 'time', value: shown(showTime) }, ...lines.map(seriesOf(unit))],
      // Names of bands stand above the plot, those of phases over those of faults.
      padding: [ROW * (bands.some(({ isFault }) => isFault) ? 2 : 1), null, null, null],
      hooks: { drawClear: [(chart) => drawBands(chart, bands)] },
    },
  }
}

/** Each further nine takes the same room. */
function distributionPlot({ nines, lines }) {
  return {
    data: [nines, ...lines.map(({ values }) => values)],
    options: {
      scales: { x: { time: false }, y: { distr: 3 } },
      axes: [
        axis({ splits: ninesBetween, values: each(showPercentile), size: 30 }),
        ...valueAxes(lines, true),
      ],
      series: [{ label: 'percentile', value: shown(showPercentile) }, ...lines.map(seriesOf('ms'))],
    },
  }
}

function ninesBetween(_, __, least, most) {
  return NINES.filter((nine) => nine >= least && nine <= most)
}

function valueAxes(lines, isLogarithmic) {
  const values = each((value) => (value === null ? '' : compact.format(value)))
  const left = isLogarithmic
    ? axis({ values, grid: { ...gridLine(), filter: powersOfTen } })
    : axis({ values })
  // Its grid would cross that of the left.
  const right = axis({ values, scale: 'right', side: 1, grid: { show: false } })
  return lines.some(({ isRight }) => isRight) ? [left, right] : [left]
}

function powersOfTen(_, splits) {
  return splits.map((value) => (Number.isInteger(Math.log10(value)) ? value : null))
}

function gridLine() {
  return { stroke: color('grid'), width: 1 }
}

function axis(options) {
  const line = gridLine()
  const font = '11px system-ui, sans-serif'
  return {
    stroke: color('quiet'),
    grid: line,
    ticks: { ...line, size: 4 },
    font,
    size: 46,
    ...options,
  }
}

function seriesOf(unit) {
  return ({ label, isRight }, index) => ({
    label: isRight ? `${label} (right)` : label,
    scale: isRight ? 'right' : 'y',
    stroke: color(`line-${index % COLORS}`),
    // Beyond the palette, the second round is dashed.
    dash: index < COLORS ? undefined : [6, 4],
    width: 1.5,
    value: shown((value) => `${precise.format(value)} ${isRight ? '' : unit}`),
  })
}

function bandsOf(phases, faults) {
  return [
    ...phases.map((phase, index) => ({ ...phase, fill: index % 2 ? 'band-odd' : 'band-even' })),
    ...faults.map((fault) => ({ ...fault, fill: 'band-fault', isFault: true })),
  ]
}

function drawBands({ ctx, bbox, scales, valToPos }, bands) {
  const inside = (second) => Math.min(Math.max(second, scales.x.min), scales.x.max)
  const place = (second) => valToPos(inside(second), 'x', true)
  ctx.save()
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`
  ctx.textBaseline = 'bottom'
  for (const [index, { name, from, to, fill, isFault }] of bands.entries()) {
    ctx.fillStyle = color(fill)
    ctx.fillRect(place(from), bbox.top, place(to) - place(from), bbox.height)
    const next = bands[index + 1]
    const isFollowed = next !== undefined && next.isFault === isFault
    const end = isFollowed ? place(next.from) : bbox.left + bbox.width
    if (ctx.measureText(name).width > end - place(from)) continue
    const hasRowBelow = !isFault && bands.at(-1).isFault
    ctx.fillStyle = color(isFault ? 'bad' : 'quiet')
    ctx.fillText(name, place(from), bbox.top - (hasRowBelow ? ROW : 2) * devicePixelRatio)
  }
  ctx.restore()
}

function sizeOf(figure) {
  const { paddingLeft, paddingRight } = getComputedStyle(figure)
  const width = figure.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)
  return { width, height: HEIGHT }
}

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

/** A constant line must not fill its plot, and one of zeros has to be seen. */
function fromZero(_, __, most) {
  return [0, Math.max(1, (most ?? 0) * 1.1)]
}

function each(show) {
  return (_, values) => values.map(show)
}

function shown(show) {
  return (_, value) => (value === null || value === undefined ? '–' : show(value))
}

function showTime(seconds) {
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

function showPercentile(nines) {
  const percent = 100 * (1 - 10 ** -nines)
  return `p${percent.toFixed(Math.max(0, Math.ceil(nines) - 2))}`
}

drawAll()
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll)
const resizes = new ResizeObserver((entries) => {
  for (const { target } of entries) drawn.get(target).setSize(sizeOf(target))
})
for (const figure of drawn.keys()) resizes.observe(figure)
