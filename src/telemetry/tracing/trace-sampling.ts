import { readVariable, type Environment } from '../environment.ts'

/** Which requests without a say of their own are traced. */
export interface TraceSampling {
  /** Share of the publishes that begin a trace, from 0 to 1. */
  readonly ratio: number
  /** Whether the rates of the settings bound what is traced. */
  readonly isLimited: boolean
  /** Whether a trusted client that does not sample its trace keeps it from being sampled here. */
  readonly followsParent: boolean
}

export interface ParsedSampling {
  /** Undefined where nothing at all is traced. */
  readonly sampling: TraceSampling | undefined
  /** What is wrong with the variables, in a sentence. */
  readonly problem?: string
}

/** In place of the SDK's own default, which traces everything. */
const DEFAULT: TraceSampling = { ratio: 0.01, isLimited: true, followsParent: true }

/** As the specification has it, for a sampler by ratio. */
const DEFAULT_RATIO = 1

const SAMPLERS: Readonly<Record<string, (ratio: number) => TraceSampling | undefined>> = {
  always_on: () => ({ ratio: 1, isLimited: false, followsParent: false }),
  always_off: () => undefined,
  traceidratio: (ratio) => ({ ratio, isLimited: true, followsParent: true }),
  parentbased_always_on: () => ({ ratio: 1, isLimited: false, followsParent: true }),
  parentbased_always_off: () => ({ ratio: 0, isLimited: true, followsParent: true }),
  parentbased_traceidratio: (ratio) => ({ ratio, isLimited: true, followsParent: true }),
}

/** Reads `OTEL_TRACES_SAMPLER` and its argument. */
export function parseSampling(env: Environment): ParsedSampling {
  const name = readVariable(env, 'OTEL_TRACES_SAMPLER')
  const argument = readVariable(env, 'OTEL_TRACES_SAMPLER_ARG')
  if (name === undefined) {
    if (argument === undefined) return { sampling: DEFAULT }
    return refuse(
      `OTEL_TRACES_SAMPLER_ARG=${argument}: expected OTEL_TRACES_SAMPLER to be set too, such as to parentbased_traceidratio`,
    )
  }
  const sampler = Object.hasOwn(SAMPLERS, name) ? SAMPLERS[name] : undefined
  if (sampler === undefined) {
    return refuse(
      `OTEL_TRACES_SAMPLER=${name}: expected one of ${Object.keys(SAMPLERS).join(', ')}`,
    )
  }
  const ratio = argument === undefined ? DEFAULT_RATIO : Number(argument)
  if (name.endsWith('traceidratio') && !(ratio >= 0 && ratio <= 1)) {
    return refuse(`OTEL_TRACES_SAMPLER_ARG=${argument}: expected a number from 0 to 1`)
  }
  return { sampling: sampler(ratio) }
}

function refuse(problem: string): ParsedSampling {
  return { sampling: DEFAULT, problem: `${problem}; 1 % of the publishes are traced` }
}
