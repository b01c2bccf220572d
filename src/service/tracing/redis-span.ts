import { SpanKind } from '@opentelemetry/api'
import type { TracedCommand } from '../../log/redis/traced-command.ts'
import { parseSpanContext } from './span-contexts.ts'
import { errorType, type SpanWriter } from './span-writer.ts'

/** Writes the command of a traced append as a child of the span of the append, whose context its events carry. */
export function writeRedisSpan(spans: SpanWriter, command: TracedCommand): void {
  const { trace, operation, server, startedAt, endedAt, error } = command
  spans.write({
    name: operation,
    kind: SpanKind.CLIENT,
    parent: parseSpanContext(trace),
    attributes: {
      'db.system.name': 'redis',
      'db.operation.name': operation,
      ...(server === undefined
        ? {}
        : { 'server.address': server.host, 'server.port': server.port }),
      ...(error === undefined ? {} : { 'error.type': errorType(error) }),
    },
    isFailure: error !== undefined,
    startedAt,
    endedAt,
  })
}
