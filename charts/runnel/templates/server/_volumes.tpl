{{- /* The volumes of a pod of the service; empty if it needs none. */ -}}
{{- define "runnel.volumes" -}}
{{- if .Values.controller.enabled }}
# Whole folders, since a file mounted by itself would never change. Both are optional: a pod starts without the
# controller, and finds the files once they are written.
- name: capacity
  configMap:
    name: {{ include "runnel.fullname" . }}-capacity
    optional: true
- name: admin-token
  secret:
    secretName: {{ include "runnel.suffixed" (list . "admin") }}
    optional: true
{{- end }}
{{- with .Values.redis.caSecret }}
{{- if .name }}
- name: redis-authorities
  secret:
    secretName: {{ .name | quote }}
    items:
      - key: {{ .key | quote }}
        path: ca.crt
{{- end }}
{{- end }}
{{- end -}}

{{- define "runnel.volumeMounts" -}}
{{- if .Values.controller.enabled }}
- name: capacity
  mountPath: {{ include "runnel.capacityFolder" . }}
  readOnly: true
- name: admin-token
  mountPath: {{ include "runnel.adminTokenFolder" . }}
  readOnly: true
{{- end }}
{{- if .Values.redis.caSecret.name }}
- name: redis-authorities
  mountPath: {{ include "runnel.redisCaFolder" . }}
  readOnly: true
{{- end }}
{{- end -}}
