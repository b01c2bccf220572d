{{- /*
Rules between values, and those that a schema cannot state. All that is wrong is told at once.
*/ -}}
{{- define "runnel.validate" -}}
{{- $problems := list -}}

{{- if gt (int .Values.replicaCount) 1 -}}
{{- $problems = printf "replicaCount is %d, expected at most 1: the only log there is lives in the memory of one process, so an event published on one pod would never reach the subscribers of another" (int .Values.replicaCount) | append $problems -}}
{{- end -}}

{{- with .Values.exposure -}}
{{- if and .publish (eq $.Values.auth.mode "none") -}}
{{- $problems = append $problems "exposure.publish is true while auth.mode is none: whoever reaches the ingress could publish; publish from inside the cluster, through the Service" -}}
{{- end -}}
{{- if and .tls.secretName (not .host) -}}
{{- $problems = append $problems "exposure.tls.secretName is set without exposure.host: an ingress controller picks the certificate by the name that a client asks for" -}}
{{- end -}}
{{- $own := merge (include "runnel.streamAnnotations" $ | fromYaml) (include "runnel.apiAnnotations" $ | fromYaml) -}}
{{- range $name, $_ := .annotations -}}
{{- if hasKey $own $name -}}
{{- $problems = printf "exposure.annotations sets %s, which the chart sets: streams and polls need different values of it" $name | append $problems -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- with .Values.streamCapacity -}}
{{- range list
  (list "connections.maxAge" .connections.maxAge "100ms" "168h")
  (list "connections.heartbeat" .connections.heartbeat "50ms" "10m")
  (list "connections.retry" .connections.retry "0s" "1h")
  (list "history.age" .history.age "50ms" "168h")
  (list "drain.window" .drain.window "0s" "1h")
-}}
{{- $value := include "runnel.milliseconds" (index . 1) | atoi -}}
{{- $min := include "runnel.milliseconds" (index . 2) | atoi -}}
{{- $max := include "runnel.milliseconds" (index . 3) | atoi -}}
{{- if or (lt $value $min) (gt $value $max) -}}
{{- $problems = printf "streamCapacity.%s is %s, expected %s to %s" (index . 0) (index . 1) (index . 2) (index . 3) | append $problems -}}
{{- end -}}
{{- end -}}

{{- $age := include "runnel.milliseconds" .history.age | atoi -}}
{{- $retry := include "runnel.milliseconds" .connections.retry | atoi -}}
{{- if le $age $retry -}}
{{- $problems = printf "streamCapacity.history.age is %s, expected more than streamCapacity.connections.retry (%s): what happens while a client waits to reconnect would be gone when it does" .history.age .connections.retry | append $problems -}}
{{- end -}}
{{- end -}}

{{- $own := dict -}}
{{- range include "runnel.env" . | fromYamlArray -}}
{{- $_ := set $own .name true -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if hasKey $own .name -}}
{{- $problems = printf "extraEnv sets %s, which the chart sets" .name | append $problems -}}
{{- end -}}
{{- end -}}

{{- $selector := include "runnel.selectorLabels" (list . "server") | fromYaml -}}
{{- range $name, $_ := .Values.podLabels -}}
{{- if hasKey $selector $name -}}
{{- $problems = printf "podLabels sets %s, by which the Deployment and the Services find their pods" $name | append $problems -}}
{{- end -}}
{{- end -}}

{{- with $problems -}}
{{- printf "\n\n%s\n" (join "\n" .) | fail -}}
{{- end -}}
{{- end -}}
