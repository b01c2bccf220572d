import { describe, expect, test } from 'vitest'
import { readChartFile } from './chart-files.ts'
import { METRIC_NAMES, metricsIn } from './metric-names.ts'
import { runPromtool } from './promtool.ts'
import { RULES } from './rule-files.ts'

/** What the tests read of a dashboard of Grafana. */
interface Dashboard {
  readonly schemaVersion: number
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly definition?: string }[]
  }
  readonly panels: readonly {
    readonly id: number
    readonly type: string
    readonly title: string
    readonly description?: string
    readonly gridPos: {
      readonly x: number
      readonly y: number
      readonly w: number
      readonly h: number
    }
    readonly targets?: readonly { readonly refId: string; readonly expr: string }[]
  }[]
}

const dashboard = JSON.parse(readChartFile('dashboards/runnel.json')) as Dashboard
const panels = dashboard.panels.filter(({ type }) => type !== 'row')
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr })),
)

describe('the dashboard', () => {
  test('has rows, in the order of the questions of an operator', () => {
    const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title)

    expect(rows).toEqual([
      'Is it well?',
      'Do events arrive?',
      'How are the clients?',
      'Is the log there?',
      'Are the processes well?',
      'Does the controller work?',
    ])
  })

  test('lets the reader choose where metrics come from, namespaces and pods', () => {
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual([
      'datasource',
      'namespace',
      'pod',
    ])
  })

  test('explains each panel, and asks something in it', () => {
    expect(panels.length).toBeGreaterThan(30)
    for (const { description, targets } of panels) {
      expect(description).toMatch(/\.$/)
      expect(targets).not.toHaveLength(0)
    }
  })

  test('has no two panels in one place', () => {
    const taken = new Set<string>()
    for (const { gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken).not.toContain(`${x},${y}`)
          taken.add(`${x},${y}`)
        }
      }
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
  })

  test('asks Prometheus what it understands', async () => {
    for (const { expr } of queries) {
      const query = expr.replaceAll('$__rate_interval', '5m')
      await expect(runPromtool(['--experimental', 'promql', 'format', query])).resolves.not.toBe('')
    }
  })
})

test('the dashboard and the rules use only metrics that there are', () => {
  const definitions = dashboard.templating.list.flatMap(({ definition = '' }) =>
    metricsIn(definition),
  )
  const used = [...queries, ...RULES].flatMap(({ expr }) => metricsIn(expr))

  expect(used.length).toBeGreaterThan(queries.length)
  for (const name of [...used, ...definitions]) expect(METRIC_NAMES).toContain(name)
})
