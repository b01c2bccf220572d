{{- /* The variables by which a pod sends telemetry: (list . "runnel"), with the name of its service. None if it sends none. */ -}}
{{- define "runnel.telemetryEnv" -}}
{{- $root := first . -}}
{{- with $root.Values.telemetry -}}
{{- if or .traces.endpoint .metrics.push -}}
- name: OTEL_SERVICE_NAME
  value: {{ last $ }}
- name: K8S_POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: K8S_NAMESPACE_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: K8S_NODE_NAME
  valueFrom:
    fieldRef:
      fieldPath: spec.nodeName
# Kubernetes expands only variables that stand before this one.
- name: OTEL_RESOURCE_ATTRIBUTES
  value: {{ include "runnel.resourceAttributes" $root | quote }}
{{- with .traces.endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | replace "$" "$$" | quote }}
{{- end }}
- name: OTEL_TRACES_EXPORTER
  value: {{ ternary "otlp" "none" (not (empty .traces.endpoint)) }}
{{- if .traces.endpoint }}
- name: OTEL_EXPORTER_OTLP_TRACES_PROTOCOL
  value: {{ .traces.protocol }}
{{- include "runnel.headersEnv" (list "TRACES" .traces.headersSecret) }}
{{- end }}
- name: OTEL_METRICS_EXPORTER
  value: {{ ternary "otlp" "none" .metrics.push }}
{{- if .metrics.push }}
{{- with .metrics.endpoint }}
# A variable of one signal is taken as it is, so that it names the path too.
- name: OTEL_EXPORTER_OTLP_METRICS_ENDPOINT
  value: {{ printf "%s/v1/metrics" (trimSuffix "/" .) | replace "$" "$$" | quote }}
{{- else }}
- name: OTEL_EXPORTER_OTLP_METRICS_PROTOCOL
  value: {{ .traces.protocol }}
{{- end }}
{{- $secret := ternary .metrics.headersSecret .traces.headersSecret (not (empty .metrics.endpoint)) }}
{{- include "runnel.headersEnv" (list "METRICS" $secret) }}
- name: OTEL_METRIC_EXPORT_INTERVAL
  value: {{ include "runnel.milliseconds" .metrics.interval | quote }}
{{- end }}
# Jaeger takes no log lines, and standard output has them.
- name: OTEL_LOGS_EXPORTER
  value: none
{{- end -}}
{{- end -}}
{{- end -}}

{{- /*
The headers of one signal: (list "TRACES" .traces.headersSecret). The SDK would send those of the variable for all
signals to both endpoints, and a credential of one is not for the other.
*/ -}}
{{- define "runnel.headersEnv" -}}
{{- with last . }}
{{- if .name }}
- name: OTEL_EXPORTER_OTLP_{{ first $ }}_HEADERS
  valueFrom:
    secretKeyRef:
      name: {{ .name | quote }}
      key: {{ .key | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Who sends, as a list that the SDK decodes. */ -}}
{{- define "runnel.resourceAttributes" -}}
service.instance.id=$(K8S_POD_NAME),k8s.pod.name=$(K8S_POD_NAME),k8s.namespace.name=$(K8S_NAMESPACE_NAME),k8s.node.name=$(K8S_NODE_NAME)
{{- range $name, $value := .Values.telemetry.resourceAttributes -}}
,{{ $name }}={{ urlquery $value | replace "+" "%20" }}
{{- end -}}
{{- end -}}

{{- /* What only the service understands: which publishes are traced, and which channels metrics may name. */ -}}
{{- define "runnel.serverTelemetryEnv" -}}
{{- with .Values.telemetry -}}
{{- with .channels }}
- name: RUNNEL_TELEMETRY_CHANNELS
  value: {{ join "," . | quote }}
{{- end }}
{{- with .traces.sampler }}
- name: OTEL_TRACES_SAMPLER
  value: {{ . }}
{{- end }}
{{- if ne (include "runnel.text" .traces.samplerArg) "" }}
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ .traces.samplerArg | toString | quote }}
{{- end }}
{{- end -}}
{{- end -}}

{{- /* For Prometheus without its operator, where a job looks for these annotations. */ -}}
{{- define "runnel.scrapeAnnotations" -}}
{{- if .Values.telemetry.scrapeAnnotations -}}
prometheus.io/scrape: "true"
prometheus.io/port: "9090"
prometheus.io/path: /metrics
{{- end -}}
{{- end -}}
