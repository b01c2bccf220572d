{{- /* The variables by which a pod finds Redis; none if the log is in its memory. */ -}}
{{- define "runnel.redisEnv" -}}
{{- if include "runnel.hasRedis" . -}}
{{- with .Values.redis -}}
- name: RUNNEL_REDIS_URL
  {{- if .url }}
  {{- /* Kubernetes expands variables here, and would turn two dollar signs of a password into one. */}}
  value: {{ .url | replace "$" "$$" | quote }}
  {{- else }}
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret.name | quote }}
      key: {{ .existingSecret.key | quote }}
  {{- end }}
{{- with .prefix }}
- name: RUNNEL_REDIS_PREFIX
  value: {{ . | quote }}
{{- end }}
{{- if .username }}
- name: RUNNEL_REDIS_USERNAME
  value: {{ .username | replace "$" "$$" | quote }}
{{- else if .existingSecret.usernameKey }}
- name: RUNNEL_REDIS_USERNAME
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret.name | quote }}
      key: {{ .existingSecret.usernameKey | quote }}
{{- end }}
{{- $folder := include "runnel.redisFolder" $ }}
{{- if .existingSecret.passwordKey }}
- name: RUNNEL_REDIS_PASSWORD_FILE
  value: {{ $folder }}/password
{{- end }}
{{- if .caSecret.name }}
- name: RUNNEL_REDIS_CA_FILE
  value: {{ $folder }}/ca.crt
{{- end }}
{{- if .certificateSecret.name }}
- name: RUNNEL_REDIS_CERT_FILE
  value: {{ $folder }}/tls.crt
- name: RUNNEL_REDIS_KEY_FILE
  value: {{ $folder }}/tls.key
{{- end }}
- name: RUNNEL_PUBLISH_ACK
  value: {{ .publishAck }}
{{- end -}}
{{- end -}}
{{- end -}}
