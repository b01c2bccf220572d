/** Renders the dashboard of the chart, in the JSON of Grafana 11 and 12. */
import { HEIGHTS, WIDTHS, type Panel, type Row } from './panel.ts'
import { CLIENTS } from './rows/clients.ts'
import { CONTROLLER } from './rows/controller.ts'
import { DELIVERY } from './rows/delivery.ts'
import { HEALTH } from './rows/health.ts'
import { LOG } from './rows/log.ts'
import { PROCESS } from './rows/process.ts'

const ROWS: readonly Row[] = [HEALTH, DELIVERY, CLIENTS, LOG, PROCESS, CONTROLLER]

const COLUMNS = 24

/** Whatever Prometheus the reader chooses at the top. */
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' }

export function renderDashboard(): string {
  return JSON.stringify({
    // Grafana replaces a dashboard of the same uid, so that an upgrade leaves no second one.
    uid: 'runnel',
    title: 'Runnel',
    tags: ['runnel'],
    schemaVersion: 41,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: {
      list: [datasource(), variable('namespace'), variable('pod', '{namespace=~"$namespace"}')],
    },
    panels: layOut(ROWS),
  })
}

function datasource() {
  return { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' }
}

/** A list of the values that a label has, of which the reader chooses some. */
function variable(label: string, labels = '') {
  const query = `label_values(runnel_build_info${labels}, ${label})`
  return {
    name: label,
    label,
    type: 'query',
    datasource: DATASOURCE,
    query: { query, refId: label },
    definition: query,
    multi: true,
    includeAll: true,
    current: { text: ['All'], value: ['$__all'] },
    // When the time range changes: pods come and go.
    refresh: 2,
    sort: 1,
  }
}

/** Puts panels side by side until a line is full. */
function layOut(rows: readonly Row[]): unknown[] {
  const laidOut: unknown[] = []
  let y = 0
  for (const { title, panels } of rows) {
    laidOut.push({
      id: laidOut.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    })
    y += 1
    let x = 0
    let height = 0
    for (const panel of panels) {
      const w = WIDTHS[panel.kind]
      const h = HEIGHTS[panel.kind]
      if (x + w > COLUMNS || (x > 0 && h !== height)) {
        x = 0
        y += height
      }
      laidOut.push(renderPanel(panel, laidOut.length + 1, { x, y, w, h }))
      x += w
      height = h
    }
    y += height
  }
  return laidOut
}

function renderPanel(panel: Panel, id: number, gridPos: object): object {
  const { title, doc, unit, kind, queries } = panel
  return {
    id,
    type: kind === 'stat' ? 'stat' : 'timeseries',
    title,
    description: doc,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: {
      defaults: {
        unit,
        color: { mode: kind === 'stat' ? 'thresholds' : 'palette-classic' },
        thresholds: { mode: 'absolute', steps: stepsOf(panel) },
        ...(kind === 'lines' ? { min: 0, custom: { fillOpacity: 5, showPoints: 'never' } } : {}),
      },
      overrides: [],
    },
    options:
      kind === 'stat'
        ? { colorMode: 'value', graphMode: 'area', reduceOptions: { calcs: ['lastNotNull'] } }
        : {
            legend: { displayMode: 'list', placement: 'bottom' },
            tooltip: { mode: 'multi', sort: 'desc' },
          },
    targets: queries.map(([expr, legendFormat], index) => ({
      refId: 'ABCDEFGH'[index],
      datasource: DATASOURCE,
      expr,
      legendFormat,
    })),
  }
}

function stepsOf({ warnFrom, badFrom, isBadBelow = false }: Panel): object[] {
  if (isBadBelow)
    return [
      { color: 'red', value: null },
      { color: 'green', value: badFrom },
    ]
  return [
    { color: 'green', value: null },
    ...(warnFrom === undefined ? [] : [{ color: 'orange', value: warnFrom }]),
    ...(badFrom === undefined ? [] : [{ color: 'red', value: badFrom }]),
  ]
}
