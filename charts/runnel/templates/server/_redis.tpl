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
