import type { ServeConfig } from '../../config/serve/serve-table.ts'
import type { RequestTracing } from '../../http/request-tracing.ts'
import type { StreamTracing } from '../../hub/stream-tracing.ts'
import type { TracedCommandListener } from '../../log/redis/traced-command.ts'
import { ChannelNames } from '../../telemetry/channel-names.ts'
import type { Tracing } from '../../telemetry/tracing/start-tracing.ts'
import type { ServiceObserver } from '../observe-all.ts'
import { SpanWriter } from './span-writer.ts'
import { TraceBudget, type TraceSettings } from './trace-budget.ts'
import { RequestSpans } from './request-spans.ts'
import { StreamSpans } from './stream-spans.ts'
import { writeRedisSpan } from './redis-span.ts'

/** What the parts of the service tell of what they do, so that it can be traced. */
export interface ServiceTracing {
  readonly requests: RequestTracing
  readonly streams: StreamTracing
  readonly onTracedCommand: TracedCommandListener | undefined
  readonly observers: readonly ServiceObserver[]
  /** Number of streams whose opening is being traced. */
  readonly open: () => number
}

export function createServiceTracing(
  { tracer, sampling }: Pick<Tracing, 'tracer' | 'sampling'>,
  config: TraceSettings & Pick<ServeConfig, 'traceTrust' | 'telemetryChannels'>,
): ServiceTracing {
  const spans = new SpanWriter(tracer, new ChannelNames(config.telemetryChannels))
  const budget = new TraceBudget(sampling, config)
  const requests = new RequestSpans(spans, budget, config.traceTrust)
  return {
    requests,
    streams: new StreamSpans(spans, budget),
    onTracedCommand: (command) => {
      writeRedisSpan(spans, command)
    },
    observers: [requests],
    open: () => requests.open,
  }
}
