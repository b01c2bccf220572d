{{- /* What a pod needs to find Redis; nothing at all where the log is in its memory. */ -}}

{{- define "runnel.redisEnv" -}}
{{- if include "runnel.hasRedis" . -}}
{{- with .Values.redis -}}
- name: RUNNEL_REDIS_URL
  {{- if .url }}
  {{- /* Kubernetes expands variables in it, and would make one of two dollars in a password. */}}
  value: {{ .url | replace "$" "$$" | quote }}
  {{- else }}
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret.name | quote }}
      key: {{ .existingSecret.key | quote }}
  {{- end }}
{{- if .caSecret.name }}
- name: RUNNEL_REDIS_CA_FILE
  value: {{ include "runnel.redisCaFolder" $ }}/ca.crt
{{- end }}
- name: RUNNEL_PUBLISH_ACK
  value: {{ .publishAck }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "runnel.redisCaFolder" -}}
/etc/runnel/redis
{{- end -}}
