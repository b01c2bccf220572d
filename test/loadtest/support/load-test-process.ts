import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawnChild } from '../../support/child-process.ts'
import { readBaseline } from '../../../loadtest/report/result-file.ts'
import type { Report } from '../../../loadtest/report/result.ts'

const MAIN = fileURLToPath(new URL('../../../loadtest/main.ts', import.meta.url))

/** The command as a process, which writes its report into a folder of its own. */
export class LoadTestProcess implements AsyncDisposable {
  readonly child: ChildProcess
  readonly folder: string
  stdout = ''
  stderr = ''
  /** Resolves with the exit code, or the signal's name, once all output is read. */
  readonly exited: Promise<number | string>

  private constructor(child: ChildProcess, folder: string) {
    this.child = child
    this.folder = folder
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  }

  /** `wrapper`: a command to run the process with. */
  static async start(
    args: readonly string[],
    wrapper: readonly string[] = [],
  ): Promise<LoadTestProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'runnel-loadtest-'))
    const command = [...wrapper, process.execPath, MAIN, ...args, '--out', folder]
    const child = spawnChild(command[0]!, command.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] },
    })
    return new LoadTestProcess(child, folder)
  }

  /**
   * Resolves, when it has ended, to the figures whose thresholds were not met. Those of times are left out: they
   * depend on how busy the machine is. Rejects if the exit code says anything else than the verdicts.
   */
  async breaches(): Promise<readonly string[]> {
    const code = await this.exited
    const { results } = await this.report()
    const unmet = results.flatMap(({ verdicts }) => verdicts.filter(({ isMet }) => !isMet))
    const expected = unmet.length === 0 ? 0 : 1
    if (code !== expected) throw new Error(`expected exit code ${expected}, got ${code}`)
    return unmet.map(({ figure }) => figure).filter((figure) => figure !== 'deliveryP99')
  }

  async report(): Promise<Report> {
    return readBaseline(join(this.folder, 'latest', 'report.json'))
  }

  async page(): Promise<string> {
    return readFile(join(this.folder, 'latest', 'report.html'), 'utf8')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    await this.exited
    await rm(this.folder, { recursive: true })
  }
}
