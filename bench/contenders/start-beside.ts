import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MeasuredServer } from './contender.ts'

/** Starts a server that needs something besides, which ends after it. */
export async function startBeside<T extends AsyncDisposable>(
  resource: T,
  start: (resource: T) => Promise<MeasuredServer>,
): Promise<MeasuredServer> {
  await using stack = new AsyncDisposableStack()
  const server = await start(stack.use(resource))
  stack.use(server)
  const started = stack.move()
  return { ...server, [Symbol.asyncDispose]: async () => started.disposeAsync() }
}

/** Starts a server that needs a folder for its files. */
export async function startInFolder(
  start: (folder: string) => Promise<MeasuredServer>,
): Promise<MeasuredServer> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'runnel-bench-'))
  const removed = { [Symbol.asyncDispose]: async () => folder.remove() }
  return startBeside(removed, async () => start(folder.path))
}
