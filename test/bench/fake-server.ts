import type { MeasuredServer } from '../../bench/contenders/contender.ts'
import type { DialectName } from '../../loadtest/driver/commands.ts'

/** What the bench knows of a server that runs in this process. */
export function describeServer(
  server: AsyncDisposable & { readonly url: string },
  dialect: DialectName,
): MeasuredServer {
  const { url } = server
  return {
    address: { dialect, url, publishUrl: url, headers: {}, publishHeaders: {}, connectTo: [] },
    processes: 1,
    holdsBack: 0,
    healthUrl: url,
    cpuTime: () => process.cpuUsage().user / 1e6,
    residentMemory: () => 0,
    heap: async () => undefined,
    [Symbol.asyncDispose]: async () => server[Symbol.asyncDispose](),
  }
}
