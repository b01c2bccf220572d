{{- /*
Annotations hold for a whole Ingress, and streams and polls need different timeouts, so there are two Ingresses.
They share host and certificate, so that the controller makes one server of them. Snippets, rewrites and regular
expressions are avoided: clusters forbid snippets, and the others expose vulnerabilities of nginx that the archived
controller never fixed.
*/ -}}

{{- define "runnel.streamAnnotations" -}}
# The silence that is allowed, not the time in total: longer than the longest heartbeat.
nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"
# The default of the controller, which a cluster may have changed.
nginx.ingress.kubernetes.io/proxy-buffering: "off"
{{- end -}}

{{- define "runnel.apiAnnotations" -}}
# The longest wait of a poll, 55 s, and 10 more: a pod that hangs is detected in a minute, not in an hour.
nginx.ingress.kubernetes.io/proxy-read-timeout: "65"
# No more than one further attempt, since each attempt may take as long.
nginx.ingress.kubernetes.io/proxy-next-upstream-tries: "2"
{{- end -}}

{{- /* The parts that both Ingresses share besides their rules. */ -}}
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
