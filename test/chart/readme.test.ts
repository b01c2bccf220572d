import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { CHART_VALUES, readChartFile } from './chart-files.ts'

const ROW = /^\| `([^`]+)` +\| (?:`([^`]+)`)? +\|/gm

test('the table of the README has each value and its default', () => {
  const rows = [...readChartFile('README.md').matchAll(ROW)].map(([, name, text]) => [
    name,
    text ?? '',
  ])

  expect(rows).toEqual(
    CHART_VALUES.map(({ name, default: value }) => [name, isUnset(value) ? '' : write(value)]),
  )
})

function isUnset(value: unknown): boolean {
  return value === '' || value === null
}

/** The value as a line of YAML. */
function write(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false }).trim()
}
