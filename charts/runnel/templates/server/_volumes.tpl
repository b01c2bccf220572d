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
{{- with include "runnel.redisSources" . | trim }}
# Not optional: a pod waits for a Secret that is missing, and the kubelet says which.
- name: redis
  projected:
    sources:
      {{- . | nindent 6 }}
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
{{- if include "runnel.redisSources" . | trim }}
- name: redis
  mountPath: {{ include "runnel.redisFolder" . }}
  readOnly: true
{{- end }}
{{- end -}}
