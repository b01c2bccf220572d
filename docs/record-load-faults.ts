/** Records a run of `make loadtest SCENARIO=faults` for docs/reliability.md: `npm run docs:load-faults [-- report.json]`. */
import { writeFileSync } from 'node:fs'
import { faultRows } from '../loadtest/report/fault-table.ts'
import { readBaseline } from '../loadtest/report/result-file.ts'
import { LOAD_FAULTS, type LoadFaults } from './render-load-faults.ts'

const { machine, results } = await readBaseline(
  process.argv[2] ?? 'build/loadtest/latest/report.json',
)
const isWhole = results.every(({ interrupted }) => interrupted === undefined)
if (faultRows(results).length === 0 || !isWhole) {
  console.error('expected a report of SCENARIO=faults that came to its end')
  process.exit(2)
}
const recorded: LoadFaults = {
  machine,
  // Without its seconds and histograms a report is small.
  results: results.map(({ scenario, variant, target, versions, amounts, startedAt, figures }) => ({
    scenario,
    variant,
    target,
    versions,
    amounts,
    startedAt,
    figures,
  })),
}
writeFileSync(LOAD_FAULTS, `${JSON.stringify(recorded, undefined, 2)}\n`)
