/** Tests wait for conditions; those that wait for a time stand here, with the reason. */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TESTS = ['test/**/*.ts', '{src,simulation,loadtest,mutants}/**/*.{test,suite}.ts']

const A_WAIT =
  /import \{[^}]*\bset(?:Timeout|Interval)\b[^}]*\} from 'node:timers\/promises'|from '[./]*\/lib\/pause\.ts'|new Promise(?:<\w+>)?\(\((\w+)\) => (?:void )?setTimeout\(\1\b/
const A_START = /import \{[^}]*\b(?:spawn|fork|exec|execFile)\b[^}]*\} from 'node:child_process'/

/** Where a wait is the subject, or a pace; a file or a folder. */
const WAITING: Readonly<Record<string, string>> = {
  'test/capacity/drain/reconnect.test.ts': 'the pace of traffic',
  'test/controller/stopped-leader.test.ts': 'how long the system stops a process',
  'test/e2e/': 'looks of a controller in a cluster, and paces',
  'test/faults/': 'how long faults last, and paces',
  'test/fuzz/monitored-service.ts': 'the pace of looks at a service',
  'test/history/poll-subscriber.ts': 'the time that a client was told to wait',
  'test/history/publisher.ts': 'the pace of publishes',
  'test/history/raw-subscriber.ts': 'the time that a client was told to wait',
  'test/support/proxies/fault-pipe.ts': 'latency',
  'test/support/resources.ts': 'timers of Node that hold closed sockets',
}

/** Where processes are started that need not end with a test. */
const STARTING: Readonly<Record<string, string>> = {
  'loadtest/driver/publisher.test.ts': 'a stopped server, which ends with the tests',
  'mutants/run-tests.test.ts': 'a process that a test leaves behind, which is the subject',
  'src/telemetry/logger.test.ts': 'commands that end by themselves',
  'test/chart/promtool.ts': 'a command that ends by itself',
  'test/e2e/demo.test.ts': 'a command that ends by itself',
  'test/support/child-process.ts': 'the place for it',
  'test/support/network-namespace.ts': 'commands that end by themselves',
  'test/support/rig-tools.ts': 'a build that several tests wait for',
  'test/telemetry/jaeger.test.ts': 'a command that ends by itself',
}

function filesWith(pattern: RegExp): readonly string[] {
  const files = globSync(TESTS, { cwd: ROOT }).filter((file) => file !== 'test/lint/waits.test.ts')
  return files.filter((file) => pattern.test(readFileSync(`${ROOT}/${file}`, 'utf8')))
}

test.for([
  ['wait for a time', A_WAIT, WAITING],
  ['start processes', A_START, STARTING],
] as const)('only these tests %s', ([, pattern, allowed]) => {
  const found = filesWith(pattern)
  const names = Object.keys(allowed)
  expect(found.filter((file) => !names.some((name) => file.startsWith(name)))).toEqual([])
  // The list names none that does so no more.
  expect(names.filter((name) => !found.some((file) => file.startsWith(name)))).toEqual([])
})
