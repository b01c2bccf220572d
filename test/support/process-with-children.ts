import { once } from 'node:events'
import { spawnChild } from './child-process.ts'

/** A process that has started another one, which holds more memory and has used more CPU than itself. */
export async function startProcessWithChild() {
  const child = `
    globalThis.held = Buffer.alloc(64 << 20, 1)
    while (process.cpuUsage().user < 500_000);
    console.log('ready')
    process.stdin.resume()`
  const parent = `
    const { spawn } = require('node:child_process')
    const options = { stdio: ['pipe', 'inherit', 'inherit'] }
    const child = spawn(process.execPath, ['-e', process.argv[1]], options)
    process.stdin.resume().on('end', () => child.kill('SIGKILL') && process.exit())`
  const running = spawnChild(process.execPath, ['-e', parent, child], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(running.stdout, 'data')
  return {
    pid: running.pid!,
    async [Symbol.asyncDispose]() {
      running.stdin.end()
      await once(running, 'close')
    },
  }
}
