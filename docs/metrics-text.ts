/** The sentences of docs/operations/metrics.md, around its tables. */

export const OPENING = `# Metrics

<!-- Made by \`npm run docs\` from docs/metrics-text.ts and src/service/metrics/metrics-table.ts. -->

Every pod answers \`GET /metrics\` of its admin listener (\`RUNNEL_ADMIN_LISTEN\`) in the text format of Prometheus, from its
start, whatever the \`OTEL_*\` variables say and whether the log answers or not.

\`\`\`sh
curl http://127.0.0.1:9090/metrics
\`\`\`

All counts and states are there from the first read, at 0 where nothing has happened. Exceptions are histograms, which
appear with their first value, and \`runnel_redis_…\`, which are there only where the log is in Redis.

Counts are of this process since its start. Labels have few values, all of them listed below: no channel, path, address or
name that a client chooses becomes a label. To see a channel by itself, list it in
\`RUNNEL_TELEMETRY_CHANNELS\` ([settings](../settings.md)).`

export const SERVICE = `## Metrics of the service`

export const CONTROLLER = `## Metrics of the controller

\`runnel control\` answers \`/metrics\` on its admin listener as well. [controller.md](../controller.md) lists its metrics.`

export const RUNTIME = `## Metrics of the runtime

Both commands have those of
[OpenTelemetry's instrumentation of Node.js](https://opentelemetry.io/docs/specs/semconv/runtime/nodejs-metrics/), with the
unit in each name:

- \`nodejs_eventloop_utilization_ratio\`, from 0 to 1. At 1 the process can do no more: it is the share of a core that
  its one thread uses.
- \`nodejs_eventloop_time_seconds_total\`, by \`nodejs_eventloop_state\` (\`active\`, \`idle\`). Rates of it are exact, however
  many readers there are.
- \`nodejs_eventloop_delay_…_seconds\` (\`min\`, \`max\`, \`mean\`, \`stddev\`, \`p50\`, \`p90\`, \`p99\`): how late the event loop
  comes to its work. Node looks every 20 ms, and counts these: an idle loop reads 0.02. They begin anew with each read,
  and so does the utilization. Of two readers, such as two replicas of Prometheus, or a scrape and a push, each sees only
  what happened since the other's read.
- \`v8js_gc_duration_seconds\`, by \`v8js_gc_type\`.
- \`v8js_memory_heap_…_bytes\`, by \`v8js_heap_space_name\`.

\`v8js.resource.active\` is left out: it lists every socket at each read.`

export const SCRAPE = `## Scrape them

Where Prometheus lists its targets by itself:

\`\`\`yaml
scrape_configs:
  - job_name: runnel
    static_configs:
      - targets: ['127.0.0.1:9090']
\`\`\`

In Kubernetes the port of a pod is called \`admin\`. The chart sets what Prometheus needs:

- \`telemetry.podMonitor.enabled\` creates a PodMonitor for Prometheus's operator.
- \`telemetry.scrapeAnnotations\` sets \`prometheus.io/scrape\` and the like, for a Prometheus that goes by annotations.
- With \`networkPolicy.enabled\`, \`networkPolicy.adminFrom\` must let Prometheus in.

The admin listener has no credentials of its own for reading. Never route clients to it.

Scale on \`runnel_active_streams\`: it is a plain count, without labels, and there at 0. The controller does so by itself, see
[scaling](../scaling.md).`

export const DASHBOARD = `## Look at them

The chart has a dashboard for Grafana 11 and 12 (\`telemetry.dashboard.enabled\`, or import
\`charts/runnel/dashboards/runnel.json\`) and alerts (\`telemetry.rules.enabled\`), each with a
[runbook](../operations.md#alerts). promtool checks every query, and each alert has test cases. No
Grafana was at hand, so that nobody has looked at the panels in one yet, and there is no picture of them here.`

export const PUSH = `## Push them

Nothing is pushed unless \`OTEL_METRICS_EXPORTER=otlp\` is set. Then the same metrics go over OTLP besides, and
\`/metrics\` stays as it is. The names are the same, and what turns OTLP into metrics of Prometheus adds \`_total\` to
counters by itself.

| Variable                                                                   | Default                 |
| -------------------------------------------------------------------------- | ----------------------- |
| \`OTEL_EXPORTER_OTLP_METRICS_ENDPOINT\`, with the path                       | that of the next        |
| \`OTEL_EXPORTER_OTLP_ENDPOINT\`, to which \`/v1/metrics\` is added             | http://localhost:4318   |
| \`OTEL_EXPORTER_OTLP_METRICS_PROTOCOL\`, \`OTEL_EXPORTER_OTLP_PROTOCOL\`       | http/protobuf; also http/json and grpc |
| \`OTEL_EXPORTER_OTLP_METRICS_HEADERS\`, \`OTEL_EXPORTER_OTLP_HEADERS\`         |                         |
| \`OTEL_METRIC_EXPORT_INTERVAL\`, in ms                                       | 60000                   |
| \`OTEL_METRIC_EXPORT_TIMEOUT\`, in ms                                        | 30000, and no more than the interval |
| \`OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE\`                        | cumulative              |
| \`OTEL_SERVICE_NAME\`                                                        | runnel, or runnel-controller |
| \`OTEL_RESOURCE_ATTRIBUTES\`, such as \`k8s.pod.name=…\`                       |                         |

- A push that fails makes a log line, and so does the first one that succeeds again. What is not pushed is not lost:
  counts go on, and the next push has them.
- When the process ends it pushes once more, for two seconds at most.
- \`OTEL_METRICS_EXPORTER=none\`, \`prometheus\` or \`OTEL_SDK_DISABLED=true\` turn the push off and nothing else. Any other
  exporter is a warning.
- Jaeger takes no metrics. Push to an OpenTelemetry Collector, or to Prometheus with its OTLP receiver.
- The pod is an attribute of the resource, so that a receiver must promote it to a label before pods can be told apart.
  Scraping needs no such care, and a scaling of pods should go by it.`

export const COST = `## What they cost

- An event costs one count and one value of a histogram in each process, about a microsecond, however many streams get
  it. Delivery adds to plain numbers only, which are looked at when metrics are read.
- A read takes some 3 ms. \`runnel_buffered_bytes\` looks at each stream.
- There are about 220 series a pod, and some 20 more for each channel in \`RUNNEL_TELEMETRY_CHANNELS\` that has events.`
