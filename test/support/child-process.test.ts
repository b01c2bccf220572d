import { mkdtempDisposable, readFile, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { spawnChild } from './child-process.ts'
import { eventually } from './eventually.ts'
import { isRunning } from './process-state.ts'

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))
const HELPER = fileURLToPath(new URL('child-process.ts', import.meta.url))

/** Runs tests in a folder of their own, which note what the others look at. */
async function runInFolder(text: string) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'runnel-children-'))
  await symlink(MODULES, join(folder.path, 'node_modules'))
  await writeFile(
    join(folder.path, 'vitest.config.ts'),
    "export default { test: { pool: 'forks' } }",
  )
  await writeFile(
    join(folder.path, 'children.test.ts'),
    `import { readFileSync, writeFileSync } from 'node:fs'
     import { beforeAll, expect, test, vi } from 'vitest'
     import { spawnChild } from '${HELPER}'
     const start = (name) => {
       const child = spawnChild('sleep', ['1000'], { stdio: 'ignore' })
       writeFileSync(name, String(child.pid))
       return child
     }
     ${text}`,
  )
  const vitest = spawnChild(process.execPath, [join(MODULES, 'vitest/vitest.mjs'), 'run'], {
    cwd: folder.path,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [vitest.stdout, vitest.stderr]) {
    stream.setEncoding('utf8').on('data', (words: string) => (output += words))
  }
  return {
    vitest,
    /** What the tests have noted under a name, once they have. */
    noted: async (name: string) =>
      eventually(async () => {
        const number = Number(await readFile(join(folder.path, name), 'utf8'))
        if (number === 0) throw new Error(`expected a note of ${name}, got only ${output}`)
        return number
      }),
    [Symbol.asyncDispose]: async () => {
      vitest.kill('SIGKILL')
      await folder.remove()
    },
  }
}

async function expectEnd(pid: number): Promise<void> {
  await eventually(async () => {
    expect(await isRunning(pid)).toBe(false)
  })
}

test.for([
  ['fails', 'throw new Error("it fails")'],
  ['runs out of time', 'await new Promise(() => {})'],
])('the child of a test that %s ends with it, while others of its file run', async ([, end]) => {
  await using run = await runInFolder(`
    let child
    test('leaves a child', { timeout: 1_000 }, async () => { child = start('pid'); ${end} })
    test('goes on', { timeout: 60_000 }, async () => {
      writeFileSync('signal', String(child.signalCode))
      writeFileSync('own', String(process.pid))
      await new Promise(() => {})
    })`)
  const child = await run.noted('pid')
  const worker = await run.noted('own')

  expect(await isRunning(child)).toBe(false)
  expect(await isRunning(worker)).toBe(true)
})

test('the child of a concurrent test does not end with another test, but with its file', async () => {
  await using run = await runInFolder(`
    test.concurrent('leaves a child', async () => { start('pid') })
    test.concurrent('begins last, and ends first', () => {})
    test('goes on', async () => {
      writeFileSync('own', String(process.pid))
      await vi.waitFor(() => expect(readFileSync('go', 'utf8')).toBe('on'), { timeout: 60_000 })
    })`)
  const child = await run.noted('pid')
  await run.noted('own')
  expect(await isRunning(child)).toBe(true)
  run.vitest.kill('SIGTERM')
  await expectEnd(child)
})

test.for(['SIGKILL', 'SIGTERM'] as const)(
  'children end with the process of their tests, if that gets %s',
  async (signal) => {
    await using run = await runInFolder(`
    beforeAll(() => { start('shared') })
    test('hangs', { timeout: 60_000 }, async () => {
      start('own')
      writeFileSync('worker', String(process.pid))
      await new Promise(() => {})
    })`)
    const children = [await run.noted('shared'), await run.noted('own')]
    const worker = await run.noted('worker')
    for (const pid of children) expect(await isRunning(pid)).toBe(true)

    process.kill(worker, signal)

    for (const pid of children) await expectEnd(pid)
  },
)
