{{- /*
Annotations hold for a whole Ingress, and streams and polls need different timeouts: hence two. They share
host and certificate, from which the controller makes one server. Nothing here needs snippets, rewrites or
regular expressions: clusters forbid the first, and the others lead into holes of nginx that the archived
controller never closed.
*/ -}}

{{- define "runnel.streamAnnotations" -}}
# Silence that is allowed, not time in total: beyond the longest heartbeat there can be.
nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"
# The controller's own default, which a cluster may have changed.
nginx.ingress.kubernetes.io/proxy-buffering: "off"
{{- end -}}

{{- define "runnel.apiAnnotations" -}}
# The longest wait of a poll, 55 s, and 10 more: a pod that hangs is found out in a minute, not in an hour.
nginx.ingress.kubernetes.io/proxy-read-timeout: "65"
# One more attempt and no further: each may take as long.
nginx.ingress.kubernetes.io/proxy-next-upstream-tries: "2"
{{- end -}}

{{- /* What both Ingresses have besides their rules. */ -}}
{{- define "runnel.ingressFront" -}}
{{- with .Values.exposure.className -}}
ingressClassName: {{ . | quote }}
{{- end }}
{{- with .Values.exposure.tls.secretName }}
tls:
  - secretName: {{ . | quote }}
    hosts:
      - {{ $.Values.exposure.host | quote }}
{{- end }}
{{- end -}}

{{- define "runnel.ingressBackend" -}}
service:
  name: {{ include "runnel.fullname" . }}
  port:
    name: http
{{- end -}}
