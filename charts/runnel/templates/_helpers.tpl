{{- define "runnel.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* A release name that contains runnel stands alone: `helm install runnel` creates no runnel-runnel. */ -}}
{{- define "runnel.fullname" -}}
{{- $name := include "runnel.name" . -}}
{{- $release := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- .Values.fullnameOverride | default $release | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /*
The name of a further object: (list . "admin"). Room for the suffix is made before it is appended, or two
objects under a long name would be one.
*/ -}}
{{- define "runnel.suffixed" -}}
{{- $suffix := last . -}}
{{- $room := sub 62 (len $suffix) | int -}}
{{- printf "%s-%s" (include "runnel.fullname" (first .) | trunc $room | trimSuffix "-") $suffix -}}
{{- end -}}

{{- /* Labels of an object: (list . "server"). */ -}}
{{- define "runnel.labels" -}}
{{- $root := first . -}}
{{ include "runnel.selectorLabels" . }}
app.kubernetes.io/part-of: runnel
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- /* A Deployment can never change its selector, so no label may be added here. */ -}}
{{- define "runnel.selectorLabels" -}}
{{- $root := first . -}}
app.kubernetes.io/name: {{ include "runnel.name" $root | quote }}
app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
app.kubernetes.io/component: {{ last . }}
{{- end -}}

{{- /* The entries of a YAML text and of two further maps: (list $text $map $map). Of entries with one name the first counts. */ -}}
{{- define "runnel.withFurther" -}}
{{- $text := first . -}}
{{- $further := merge (dict) (index . 1 | default dict) (index . 2 | default dict) -}}
{{- range $name, $_ := fromYaml $text -}}
{{- $further = omit $further $name -}}
{{- end -}}
{{ $text }}
{{- with $further }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* A value as text. A key without a value, as charts that have this one as a dependency leave it, is an empty one. */ -}}
{{- define "runnel.text" -}}
{{- if not (kindIs "invalid" .) -}}{{- toString . -}}{{- end -}}
{{- end -}}

{{- define "runnel.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* A non-empty text if the pods share a log in Redis; empty if the log is in the memory of one pod. */ -}}
{{- define "runnel.hasRedis" -}}
{{- if or .Values.redis.url .Values.redis.existingSecret.name -}}yes{{- end -}}
{{- end -}}

{{- /* A non-empty text if the number of pods is a value. Without it, nothing of the chart sets that number. */ -}}
{{- define "runnel.hasReplicaCount" -}}
{{- if not (kindIs "invalid" .Values.replicaCount) -}}yes{{- end -}}
{{- end -}}

{{- /* A non-empty text if there may be several pods of the service. */ -}}
{{- define "runnel.maySpread" -}}
{{- if include "runnel.hasReplicaCount" . -}}
{{- if gt (int .Values.replicaCount) 1 -}}yes{{- end -}}
{{- else -}}
{{- include "runnel.hasRedis" . -}}
{{- end -}}
{{- end -}}

{{- /*
The number of controllers; empty if it is left to others. It never is where they are the metrics API: while that API
has no server, no namespace of the cluster can be deleted.
*/ -}}
{{- define "runnel.controllerReplicas" -}}
{{- if not (kindIs "invalid" .Values.controller.replicas) -}}
{{- int .Values.controller.replicas -}}
{{- else if .Values.metricsApi.register -}}
2
{{- end -}}
{{- end -}}

{{- /* A non-empty text if there may be several controllers. */ -}}
{{- define "runnel.controllerMaySpread" -}}
{{- if not (has (include "runnel.controllerReplicas" .) (list "0" "1")) -}}yes{{- end -}}
{{- end -}}

{{- /* How the pods of a component are spread: (list . "server"). */ -}}
{{- define "runnel.topologySpread" -}}
{{- range $index, $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
{{- if $index }}
{{ end -}}
- maxSkew: 1
  topologyKey: {{ $key }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "runnel.selectorLabels" $ | nindent 6 }}
  # Pods that are about to leave do not count.
  matchLabelKeys: [pod-template-hash]
{{- end }}
{{- end -}}

{{- /* Every pod of the chart meets the restricted Pod Security Standard, and has a read-only root besides. */ -}}
{{- define "runnel.podSecurityContext" -}}
# No user is set: the image has a numeric user of its own, and OpenShift chooses another.
runAsNonRoot: true
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "runnel.containerSecurityContext" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
readOnlyRootFilesystem: true
{{- end -}}

{{- /*
Milliseconds of a duration such as 250ms, 15s, 5m or 1h. The schema admits nothing else, and no number too
large to count with. Not with Helm's own functions for durations: Helm 3 has none.
*/ -}}
{{- define "runnel.milliseconds" -}}
{{- $factors := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 -}}
{{- mul (regexFind "^[0-9]+" . | atoi) (get $factors (regexFind "[a-z]+$" .)) -}}
{{- end -}}

{{- /*
Seconds from the termination of a pod until the kubelet kills it: the sleep, the drain, and ten more. The service
closes its listeners within 2 s after the drain; the remaining seconds are for a busy node.
*/ -}}
{{- define "runnel.gracePeriodSeconds" -}}
{{- $window := include "runnel.milliseconds" .Values.streamCapacity.drain.window -}}
{{- add .Values.preStopSleepSeconds (div (add $window 999) 1000) 10 -}}
{{- end -}}
