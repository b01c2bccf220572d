/** Measures what metrics and traces cost, in one run and in turns: `npm run bench:telemetry`. */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { freePort } from '../../rig/servers/free-port.ts'
import { FULL } from '../amounts.ts'
import { measureRows } from '../measure-rows.ts'
import { LOAD_CORE, PinnedProcess } from '../processes/pinned-process.ts'
import { formatReport } from '../results/text-report.ts'
import { IDLE_STREAMS } from '../rows/idle-streams.ts'
import { PACED_FAN_OUT } from '../rows/paced-fan-out.ts'
import type { Row } from '../rows/row.ts'
import { SATURATED_FAN_OUT } from '../rows/saturated-fan-out.ts'
import { variants } from './variants.ts'

const USAGE = `Usage: npm run bench:telemetry -- [--rounds N]

Compares the service without telemetry, with metrics, with 1 % of publishes traced, and with all traced: deliveries
per CPU-second, memory of idle streams, cost of opening one. Nine rounds by default, some half an hour.
`

/** Seconds. The first export of spans falls 5 s after the start, and costs more than later ones. */
const WARM_UP = 8

process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, help: { type: 'boolean', short: 'h' } },
})
process.stdout.write(values.help === true ? USAGE : await compare(Number(values.rounds)))
process.exit(0)

async function compare(rounds: number): Promise<string> {
  const port = await freePort()
  await using _collector = PinnedProcess.start({
    name: 'the collector',
    core: LOAD_CORE,
    path: process.execPath,
    args: [fileURLToPath(new URL('collector.ts', import.meta.url)), String(port)],
  })
  const contenders = variants(port)
  const rows = [PACED_FAN_OUT, SATURATED_FAN_OUT, IDLE_STREAMS].map((row): Row => {
    const figures = row.figures.map((figure) => ({ ...figure, targets: [] }))
    return { ...row, contenders, comparison: 'other ÷ first', figures }
  })
  const amounts = { ...FULL, rounds, warmUp: WARM_UP }
  const command = 'npm run bench:telemetry'
  return formatReport(await measureRows(rows, { amounts, command, needsAll: false }))
}
