{{- /* The settings of the controller. */ -}}
{{- define "runnel.controllerEnv" -}}
- name: RUNNEL_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: RUNNEL_ADMIN_LISTEN
  value: "[::]:9090"
- name: RUNNEL_LEASE
  value: {{ include "runnel.suffixed" (list . "controller") }}
- name: RUNNEL_ADMIN_TOKEN_SECRET
  value: {{ include "runnel.suffixed" (list . "admin") }}
- name: RUNNEL_POD_PROXY
  value: {{ ternary "on" "off" .Values.controller.podProxy | quote }}
# Objects of other releases in the namespace, and of other charts in the release, are left to their controllers.
- name: RUNNEL_INSTANCE
  value: {{ .Release.Name | quote }}
- name: RUNNEL_APP_NAME
  value: {{ include "runnel.name" . | quote }}
- name: RUNNEL_CONTROLLER_SERVICE
  value: {{ include "runnel.suffixed" (list . "controller") }}
{{- if .Values.metricsApi.register }}
- name: RUNNEL_METRICS_API_LISTEN
  value: "[::]:10250"
- name: RUNNEL_METRICS_API_SECRET
  value: {{ include "runnel.suffixed" (list . "metrics-api") }}
{{- end }}
- name: RUNNEL_LOG_LEVEL
  value: {{ .Values.logLevel }}
{{- with include "runnel.telemetryEnv" (list . "runnel-controller") }}
{{ . }}
{{- end }}
{{- end -}}
