import { RedisServer, type ServerOptions } from './redis-server.ts'

/** Starts servers that `group` ends, also those that have started where another one does not. */
export async function startTogether(
  group: AsyncDisposableStack,
  options: readonly ServerOptions[],
): Promise<readonly RedisServer[]> {
  const starts = await Promise.allSettled(options.map(async (each) => RedisServer.start(each)))
  return starts
    .map((start) => (start.status === 'fulfilled' ? group.use(start.value) : start))
    .map((started) => {
      if (started instanceof RedisServer) return started
      throw started.reason
    })
}
