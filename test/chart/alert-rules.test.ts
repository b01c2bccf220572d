import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { CHART } from '../../rig/release/helm.ts'
import { runPromtool } from './promtool.ts'
import { ALERTS, RULE_FILES, RULES } from './rule-files.ts'

const CASES = fileURLToPath(new URL('rules/', import.meta.url))
const RUNBOOKS = new URL('../../docs/operations/runbooks/', import.meta.url)

/** A file of tests for promtool. */
interface Cases {
  readonly tests: readonly {
    readonly alert_rule_test?: readonly {
      readonly alertname: string
      readonly exp_alerts: readonly unknown[]
    }[]
  }[]
}

const cases = readdirSync(CASES).map((name) => CASES + name)

test('promtool finds no fault in the rules', async () => {
  const files = RULE_FILES.map((path) => `${CHART}/${path}`)

  await expect(
    runPromtool(['check', 'rules', '--lint=all', '--lint-fatal', ...files]),
  ).resolves.toContain('SUCCESS')
})

test('each alert fires when it must, and stays silent when it must not', async () => {
  await expect(runPromtool(['test', 'rules', ...cases])).resolves.not.toContain('FAILED')
})

test('for each alert there is a case in which it fires, and one in which it does not', () => {
  const expectations = cases
    .flatMap((path) => (parse(readFileSync(path, 'utf8')) as Cases).tests)
    .flatMap(({ alert_rule_test: expected = [] }) => expected)
  const alertsWhere = (isFiring: boolean) =>
    new Set(
      expectations
        .filter(({ exp_alerts: fired }) => fired.length > 0 === isFiring)
        .map(({ alertname }) => alertname),
    )

  for (const { alert } of ALERTS) {
    expect(alertsWhere(true)).toContain(alert)
    expect(alertsWhere(false)).toContain(alert)
  }
})

test('each alert has a runbook, and each runbook an alert', () => {
  const pages = readdirSync(RUNBOOKS).toSorted()

  expect(pages).toEqual(ALERTS.map(({ alert }) => `${alert}.md`).toSorted())
  for (const { alert, annotations } of ALERTS) {
    expect(annotations?.['runbook_url']).toBe(`docs/operations/runbooks/${alert}.md`)
    expect(readFileSync(new URL(`${alert}.md`, RUNBOOKS), 'utf8')).toContain(`# ${alert}\n`)
  }
})

test('the page of operations links to each runbook', () => {
  const page = readFileSync(new URL('../../operations.md', RUNBOOKS), 'utf8')

  for (const { alert } of ALERTS) {
    expect(page).toContain(`[${alert}](operations/runbooks/${alert}.md)`)
  }
})

test('each alert waits, says how bad it is, and names what it is about', () => {
  for (const alert of ALERTS) {
    expect(alert).toMatchObject({
      for: expect.stringMatching(/^\d+m$/),
      labels: { severity: expect.stringMatching(/^(warning|critical)$/) },
      annotations: { summary: expect.any(String), description: expect.any(String) },
    })
  }
})

test('each selector can be narrowed to the namespace of a release', () => {
  for (const { expr } of RULES) {
    for (const [, labels] of expr.matchAll(/\{([^}]*)\}/g))
      expect(labels).toContain('namespace=~".*"')
    // What stands without a selector would be read from all namespaces.
    expect(expr).not.toMatch(/\b(runnel|nodejs|v8js)_\w+(:\w+)?(?![\w:{])/)
  }
})
