import { spawn } from 'node:child_process'
import { fstatSync } from 'node:fs'

/**
 * Calls back once the pipe behind a file descriptor has no reader left; the result ends that. The kernel tells a writer
 * only at its next write, which may be hours away, and Node polls no descriptor that it does not read. The `tail` of GNU
 * coreutils does, while it follows a file to which nothing is added. Without that program the next write has to tell.
 */
export function watchPipe(descriptor: number, onReaderGone: () => void): () => void {
  if (!fstatSync(descriptor).isFIFO()) return () => {}
  // With `--pid` it ends with this process, however that ends: it would keep the pipe open for the reader.
  const args = ['--follow', `--pid=${process.pid}`, '/dev/null']
  const watcher = spawn('tail', args, { stdio: ['ignore', descriptor, 'ignore'] })
  watcher.on('exit', (_code, signal) => {
    if (signal === 'SIGPIPE') onReaderGone()
  })
  watcher.on('error', () => {})
  watcher.unref()
  return () => {
    watcher.kill()
  }
}
