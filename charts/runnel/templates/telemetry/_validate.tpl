{{- /* Rules between the values of telemetry: a list of problems, as YAML. */ -}}
{{- define "runnel.telemetryProblems" -}}
{{- $problems := list -}}

{{- with .Values.telemetry.traces -}}
{{- $arg := include "runnel.text" .samplerArg -}}
{{- if not .endpoint -}}
{{- range $name, $value := dict "sampler" .sampler "samplerArg" $arg "headersSecret.name" .headersSecret.name -}}
{{- if $value -}}
{{- $problems = printf "telemetry.traces.%s is set without telemetry.traces.endpoint: nothing is traced" $name | append $problems -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if contains "traceidratio" (include "runnel.text" .sampler) -}}
{{- if not $arg -}}
{{- $problems = printf "telemetry.traces.sampler is %s without telemetry.traces.samplerArg: every publish would be traced; set the share of publishes, such as 0.01" .sampler | append $problems -}}
{{- else if or (not (regexMatch "^[0-9]+([.][0-9]+)?(e-[0-9]+)?$" $arg)) (gt (float64 $arg) 1.0) -}}
{{- $problems = printf "telemetry.traces.samplerArg is %s, expected a share of publishes from 0 to 1, such as 0.01" $arg | append $problems -}}
{{- end -}}
{{- else if $arg -}}
{{- $problems = printf "telemetry.traces.samplerArg is %s, which only traceidratio and parentbased_traceidratio take: set telemetry.traces.sampler to one of them, or leave samplerArg out" $arg | append $problems -}}
{{- end -}}
{{- end -}}

{{- with .Values.telemetry.metrics -}}
{{- if .push -}}
{{- if not (or .endpoint $.Values.telemetry.traces.endpoint) -}}
{{- $problems = append $problems "telemetry.metrics.push is true without telemetry.metrics.endpoint or telemetry.traces.endpoint: metrics would go nowhere" -}}
{{- end -}}
{{- $interval := include "runnel.milliseconds" .interval | atoi -}}
{{- if or (lt $interval 1000) (gt $interval 3600000) -}}
{{- $problems = printf "telemetry.metrics.interval is %s, expected 1s to 1h" .interval | append $problems -}}
{{- end -}}
{{- else if .endpoint -}}
{{- $problems = append $problems "telemetry.metrics.endpoint is set while telemetry.metrics.push is false: nothing is sent there" -}}
{{- end -}}
{{- if and .headersSecret.name (not .endpoint) -}}
{{- $problems = append $problems "telemetry.metrics.headersSecret.name is set without telemetry.metrics.endpoint: metrics for the endpoint of traces are sent with its headers" -}}
{{- end -}}
{{- end -}}

{{- with .Values.telemetry -}}
{{- if and .resourceAttributes (not (or .traces.endpoint .metrics.push)) -}}
{{- $problems = append $problems "telemetry.resourceAttributes is set while neither traces nor metrics are sent: set telemetry.traces.endpoint, or telemetry.metrics.push" -}}
{{- end -}}
{{- range $name, $_ := .resourceAttributes -}}
{{- if has $name (list "service.name" "service.version" "service.instance.id" "k8s.pod.name" "k8s.namespace.name" "k8s.node.name") -}}
{{- $problems = printf "telemetry.resourceAttributes sets %s, which is set already" $name | append $problems -}}
{{- end -}}
{{- end -}}

{{- if and .scrapeAnnotations .podMonitor.enabled -}}
{{- $problems = append $problems "telemetry.scrapeAnnotations and telemetry.podMonitor.enabled are both true: Prometheus would scrape each pod twice" -}}
{{- end -}}
{{- $isScraped := or .scrapeAnnotations .podMonitor.enabled -}}
{{- if and $isScraped $.Values.networkPolicy.enabled (not $.Values.networkPolicy.adminFrom) -}}
{{- $problems = append $problems "Prometheus is to scrape the pods while networkPolicy.enabled keeps it from their admin ports: name it in networkPolicy.adminFrom" -}}
{{- end -}}

{{- $own := include "runnel.labels" (list $ "server") | fromYaml -}}
{{- range $group, $labels := dict "podMonitor" .podMonitor.labels "rules" .rules.labels "dashboard" .dashboard.labels -}}
{{- range $name, $_ := $labels -}}
{{- if hasKey $own $name -}}
{{- $problems = printf "telemetry.%s.labels sets %s, which the chart sets" $group $name | append $problems -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- range $name, $_ := include "runnel.scrapeAnnotations" . | fromYaml -}}
{{- range $value, $annotations := dict "podAnnotations" $.Values.podAnnotations "controller.podAnnotations" $.Values.controller.podAnnotations -}}
{{- if hasKey ($annotations | default dict) $name -}}
{{- $problems = printf "%s sets %s, which telemetry.scrapeAnnotations sets" $value $name | append $problems -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- toYaml $problems -}}
{{- end -}}
