import { Inspector } from './inspector.ts'

interface HeapUsage {
  readonly usedSize: number
}

/**
 * Bytes of JavaScript that a program of Node has in use after two full collections: the second one frees objects that
 * the first one finalized.
 */
export async function readHeap(pid: number, inspectorPort: number): Promise<number> {
  using inspector = await Inspector.connect(pid, inspectorPort)
  await inspector.call('HeapProfiler.collectGarbage')
  await inspector.call('HeapProfiler.collectGarbage')
  return ((await inspector.call('Runtime.getHeapUsage')) as HeapUsage).usedSize
}
