/** Whatever tests do, nothing of their run is left. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from '../test/support/eventually.ts'
import { runTests, type TestRunOptions } from './run-tests.ts'
import { makeSmallTree } from './small-tree.ts'

const PLENTY = 120_000

/** A test that starts a process with a group of its own, notes it, and goes on. */
function startingProcess(goOn: string): Readonly<Record<string, string>> {
  return {
    'leaving.test.ts': `import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { test } from 'vitest'
test('leaves a process', async () => {
  const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
  child.unref()
  writeFileSync('pid', String(child.pid))
  ${goOn}
})
`,
  }
}

function options(part: Partial<TestRunOptions> = {}): TestRunOptions {
  return {
    tests: ['leaving.test.ts'],
    bail: true,
    limit: PLENTY,
    signal: new AbortController().signal,
    ...part,
  }
}

async function expectEnded(root: string): Promise<void> {
  const pid = Number(await readFile(join(root, 'pid'), 'utf8'))
  await eventually(async () => {
    // A process that has ended may wait to be collected by its parent.
    const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')
    expect(status).toMatch(/\) [ZX]/)
  })
}

test('a process that a failing test has left is ended, and counted', async () => {
  await using tree = await makeSmallTree(startingProcess("throw new Error('it fails')"))
  const run = await runTests(tree.copy, options())
  expect(run).toMatchObject({ kind: 'failed', failed: ['leaves a process'], passed: 0, left: 1 })
  await expectEnded(tree.copy.root)
})

test('a test that hangs is ended with all that it has started', async () => {
  await using tree = await makeSmallTree(startingProcess('for (;;);'))
  const run = await runTests(tree.copy, options({ limit: 6_000 }))
  expect(run).toMatchObject({ kind: 'hung', failed: [] })
  await expectEnded(tree.copy.root)
})

test('an interrupted run rejects, and ends what it has started', async () => {
  await using tree = await makeSmallTree(startingProcess('for (;;);'))
  const interrupt = new AbortController()
  const run = runTests(tree.copy, options({ signal: interrupt.signal }))
  const settled = Promise.allSettled([run])
  await eventually(async () => readFile(join(tree.copy.root, 'pid'), 'utf8'))
  interrupt.abort(new Error('interrupted'))
  expect(await settled).toMatchObject([{ status: 'rejected', reason: { message: 'interrupted' } }])
  await expectEnded(tree.copy.root)
})
