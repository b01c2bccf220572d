{{- define "runnel.redisFolder" -}}
/etc/runnel/redis
{{- end -}}

{{- /*
The files of the folder above, as sources of one volume; empty if there is none. In one volume a certificate and its
key change in the same moment.
*/ -}}
{{- define "runnel.redisSources" -}}
{{- with .Values.redis -}}
{{- with .existingSecret }}
{{- if .passwordKey }}
- secret:
    name: {{ .name | quote }}
    items:
      - key: {{ .passwordKey | quote }}
        path: password
{{- end }}
{{- end }}
{{- with .caSecret }}
{{- if .name }}
- secret:
    name: {{ .name | quote }}
    items:
      - key: {{ .key | quote }}
        path: ca.crt
{{- end }}
{{- end }}
{{- with .certificateSecret }}
{{- if .name }}
- secret:
    name: {{ .name | quote }}
    items:
      - key: {{ .certificateKey | quote }}
        path: tls.crt
      - key: {{ .privateKeyKey | quote }}
        path: tls.key
{{- end }}
{{- end }}
{{- end -}}
{{- end -}}
