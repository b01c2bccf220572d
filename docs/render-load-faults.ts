import { existsSync, readFileSync } from 'node:fs'
import {
  describeAmounts,
  describeMachine,
  describeVersions,
} from '../loadtest/report/describe-result.ts'
import { formatFaultMarkdown } from '../loadtest/report/fault-table.ts'
import type { Machine } from '../loadtest/report/machine.ts'
import type { Result } from '../loadtest/report/result.ts'

export const LOAD_FAULTS = new URL('load-faults.json', import.meta.url)

/** What the page has of a load test with failures. */
export interface LoadFaults {
  readonly machine: Machine
  readonly results: readonly Pick<
    Result,
    'scenario' | 'variant' | 'target' | 'versions' | 'amounts' | 'startedAt' | 'figures'
  >[]
}

const INTRODUCTION = `## A load test with failures

\`\`\`sh
make loadtest SCENARIO=faults        # in the cluster, if make cluster has brought it up
\`\`\`

replaces all pods, kills one, reloads the ingress and kills the primary of Redis while subscribers of the
[load test](../loadtest/README.md) get events through the ingress. Then it does the same to a naive server
beside Runnel, which replays and repairs nothing. Without a cluster both are processes on this machine, behind
nginx.`

/** The section with the recorded run, or without figures if none is recorded. */
export function renderLoadFaults(): string {
  if (!existsSync(LOAD_FAULTS)) {
    return `${INTRODUCTION}

Its table, _fault → lost, announced, duplicated, worst pause, reconnects_, is in the report of the run, and in
\`build/loadtest/latest/faults.md\`.`
  }
  const { machine, results } = JSON.parse(readFileSync(LOAD_FAULTS, 'utf8')) as LoadFaults
  return [INTRODUCTION, describeRun(machine, results), formatFaultMarkdown(results)].join('\n\n')
}

function describeRun(machine: Machine, results: LoadFaults['results']): string {
  const [first] = results
  if (first === undefined) throw new Error('expected results in docs/load-faults.json')
  const versions = Object.assign(
    {},
    ...results.map((result) => result.versions),
  ) as Result['versions']
  return [
    `Measured on ${first.startedAt.slice(0, 10)}: ${describeAmounts(first.amounts)} and the time of the failure;`,
    `${first.target}; ${describeVersions(versions)}; ${describeMachine(machine)}.`,
    'The pauses include the wait before a subscriber comes back, which Runnel draws from 1.5 to 4.5 s by default.',
  ].join('\n')
}
