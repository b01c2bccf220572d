import { Inspector } from './inspector.ts'

/** As V8 gives it, and as Chromium's developer tools and editors read it from a file `.cpuprofile`. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[]
  /** The node of each sample. */
  readonly samples: readonly number[]
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[]
}

interface ProfileNode {
  readonly id: number
  readonly callFrame: {
    readonly functionName: string
    readonly url: string
    readonly lineNumber: number
  }
}

/** A profile that has begun. */
export interface Profiling {
  end(): Promise<CpuProfile>
}

/** Samples where a program of Node spends its time from here on. The sampling has a cost of its own. */
export async function startProfile(pid: number, inspectorPort: number): Promise<Profiling> {
  const inspector = await Inspector.connect(pid, inspectorPort)
  await inspector.call('Profiler.enable')
  await inspector.call('Profiler.start')
  return {
    end: async () => {
      using ending = inspector
      const { profile } = (await ending.call('Profiler.stop')) as { readonly profile: CpuProfile }
      return profile
    },
  }
}

/** The functions with most time of their own, without what they call: `12.3 %  name  file:line`, one a line. */
export function summarizeProfile(
  { nodes, samples, timeDeltas }: CpuProfile,
  count: number,
): string {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const times = new Map<string, number>()
  let all = 0
  for (const [index, id] of samples.entries()) {
    const { functionName, url, lineNumber } = frames.get(id)!
    if (functionName === '(idle)') continue
    const time = timeDeltas[index] ?? 0
    const place = url === '' ? '' : `  ${url.split('/').slice(-3).join('/')}:${lineNumber + 1}`
    const name = `${functionName || '(anonymous)'}${place}`
    times.set(name, (times.get(name) ?? 0) + time)
    all += time
  }
  return Array.from(times)
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, count)
    .map(([name, time]) => `${((time * 100) / all).toFixed(1).padStart(5)} %  ${name}\n`)
    .join('')
}
