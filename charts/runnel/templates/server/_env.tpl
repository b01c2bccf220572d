{{- /* The settings of the service. Without int64 a large number would be written as 1e+06. */ -}}
{{- define "runnel.env" -}}
- name: RUNNEL_LISTEN
  value: "[::]:8080"
- name: RUNNEL_ADMIN_LISTEN
  value: "[::]:9090"
- name: RUNNEL_AUTH
  value: {{ .Values.auth.mode }}
- name: RUNNEL_TRUSTED_HOPS
  value: {{ int64 .Values.exposure.trustedHops | quote }}
{{- with include "runnel.redisEnv" . }}
{{ . }}
{{- end }}
- name: RUNNEL_LOG_LEVEL
  value: {{ .Values.logLevel }}
{{- with include "runnel.telemetryEnv" (list . "runnel") }}
{{ . }}
{{- end }}
{{- with include "runnel.serverTelemetryEnv" . | trim }}
{{ . }}
{{- end }}
{{- if .Values.controller.enabled }}
- name: RUNNEL_CAPACITY_FILE
  value: {{ include "runnel.capacityFolder" . }}/capacity.json
- name: RUNNEL_ADMIN_TOKEN_FILE
  value: {{ include "runnel.adminTokenFolder" . }}/token
{{- else }}
{{ include "runnel.capacityEnv" . }}
{{- end }}
{{- end -}}

{{- /*
The settings that a capacity file can hold. A pod whose controller writes that file gets none of them here: a change
of one would replace the pod, though it takes up the file as it runs.
*/ -}}
{{- define "runnel.capacityEnv" -}}
{{- with .Values.streamCapacity -}}
- name: RUNNEL_MAX_STREAMS
  value: {{ int64 .subscribersPerPod.limit | quote }}
- name: RUNNEL_MAX_AGE
  value: {{ .connections.maxAge }}
- name: RUNNEL_HEARTBEAT
  value: {{ .connections.heartbeat }}
- name: RUNNEL_RETRY
  value: {{ .connections.retry }}
- name: RUNNEL_PER_PRINCIPAL
  value: {{ int64 .connections.perPrincipal | quote }}
- name: RUNNEL_HISTORY_EVENTS
  value: {{ int64 .history.events | quote }}
- name: RUNNEL_HISTORY_AGE
  value: {{ .history.age }}
- name: RUNNEL_DRAIN_WINDOW
  value: {{ .drain.window }}
{{- end -}}
{{- end -}}

{{- define "runnel.capacityFolder" -}}
/etc/runnel/capacity
{{- end -}}

{{- define "runnel.adminTokenFolder" -}}
/etc/runnel/admin
{{- end -}}
