import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runnel-simulation-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

test('a scenario prints its verdict, and writes a page that needs nothing else', () => {
  const { status, stdout } = run(
    '--scenario',
    'killed-pod',
    '--clients',
    '3000',
    '--json',
    'a.json',
  )
  expect(status).toBe(0)
  expect(stdout).toMatch(/^killed-pod .* holds$/m)
  const page = readFileSync(join(folder, 'build/simulation.html'), 'utf8')
  expect(page).toContain('uPlot')
  expect(page).not.toMatch(/(src|href)="(?!data:)/)
  const [document] = JSON.parse(readFileSync(join(folder, 'a.json'), 'utf8')) as { samples: [] }[]
  expect(document?.samples).toHaveLength(25 * 60)
})

test('the exit code is 1 where a threshold is broken, and the output says which', () => {
  // Of two pods with 750 streams each one is killed, so that the other is full at 1,500.
  const { status, stdout } = run('--scenario', 'killed-pod', '--clients', '1500')
  expect(status).toBe(1)
  expect(stdout).toContain('killed-pod: peak load: expected at most 85 %, got 100 %')
})

test('the size of a fleet is printed with the source of each figure', () => {
  const { status, stdout } = run('size', '--subscribers', '1000000')
  expect(status).toBe(0)
  expect(stdout).toMatch(/^pods +1,334 /m)
  expect(stdout).toContain('WARNING: a StreamCapacity has at most 500 pods')
  expect(stdout).toContain('npm run bench:append -- --record')
})

test.for([
  [['--clients', 'many'], 'expected a whole number from 1 to 200000 for --clients, got many'],
  [['--scenario', 'storm'], 'expected one of step, '],
  [['--record'], 'expected --sweep beside --record'],
  [['--speed', '2'], 'expected a known flag, got --speed: did you mean --seed?'],
  [['size', '--zones', '1'], 'expected a whole number from 2 to 100 for --zones, got 1'],
])('%j is refused with a sentence and the usage', ([args, message]) => {
  const { status, stderr } = run(...(args as string[]))
  expect(status).toBe(2)
  expect(stderr).toContain(message as string)
  expect(stderr).toContain('Usage: npm run simulate')
})

test.for([[['--help']], [['size', '--help']]])('%j prints the usage', ([args]) => {
  const { status, stdout } = run(...(args ?? []))
  expect([status, stdout]).toEqual([0, expect.stringContaining('Usage: npm run simulate')])
})
