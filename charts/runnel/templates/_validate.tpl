{{- /*
Rules between values, and rules that a schema cannot state. All problems are reported at once.
*/ -}}
{{- define "runnel.validate" -}}
{{- $problems := list -}}

{{- if and (gt (int .Values.replicaCount) 1) (not (include "runnel.hasRedis" .)) -}}
{{- $problems = printf "replicaCount is %d, expected at most 1 while the log is in the memory of a pod, where an event would never reach the subscribers of another: set redis.url or redis.existingSecret.name, and all pods share one log" (int .Values.replicaCount) | append $problems -}}
{{- end -}}

{{- with .Values.streamCapacity.scaling -}}
{{- if ne .provider "None" -}}
{{- if not $.Values.controller.enabled -}}
{{- $problems = printf "streamCapacity.scaling.provider is %s while controller.enabled is false: the controller is what scales; enable it, or set the provider to None" .provider | append $problems -}}
{{- else if and (ne .provider "External") (eq (include "runnel.controllerReplicas" $) "0") -}}
{{- $problems = printf "streamCapacity.scaling.provider is %s while controller.replicas is 0: the controller is what scales; set controller.replicas to 1 or more, or the provider to None" .provider | append $problems -}}
{{- end -}}
{{- if include "runnel.hasReplicaCount" $ -}}
{{- $problems = printf "replicaCount is %d while streamCapacity.scaling.provider is %s: each upgrade would reset the number of pods; leave replicaCount out, and set streamCapacity.scaling.minReplicas" (int $.Values.replicaCount) .provider | append $problems -}}
{{- end -}}
{{- if and (gt (int .maxReplicas) 1) (not (include "runnel.hasRedis" $)) -}}
{{- $problems = printf "streamCapacity.scaling.provider is %s with up to %d pods while the log is in the memory of a pod, where an event would never reach the subscribers of another: set redis.url or redis.existingSecret.name, and all pods share one log" .provider (int .maxReplicas) | append $problems -}}
{{- end -}}
{{- if and (eq .provider "CustomMetrics") (not $.Values.metricsApi.register) -}}
{{- $problems = append $problems "streamCapacity.scaling.provider is CustomMetrics while metricsApi.register is false: a HorizontalPodAutoscaler could never read the number of subscribers; set metricsApi.register=true, or the provider to Direct" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- if and .Values.metricsApi.register (not .Values.controller.enabled) -}}
{{- $problems = append $problems "metricsApi.register is true while controller.enabled is false: the controller serves the metrics API, and an APIService without a server stops the deletion of namespaces" -}}
{{- end -}}
{{- if and .Values.metricsApi.register (eq (include "runnel.controllerReplicas" .) "0") -}}
{{- $problems = append $problems "metricsApi.register is true while controller.replicas is 0: an APIService without a server stops the deletion of namespaces" -}}
{{- end -}}

{{- with .Values.exposure -}}
{{- if and .publish (eq $.Values.auth.mode "none") -}}
{{- $problems = append $problems "exposure.publish is true while auth.mode is none: whoever reaches the ingress could publish; publish from inside the cluster, through the Service" -}}
{{- end -}}
{{- if and .tls.secretName (not .host) -}}
{{- $problems = append $problems "exposure.tls.secretName is set without exposure.host: an ingress controller picks the certificate by the name that a client asks for" -}}
{{- end -}}
{{- $variables := list -}}
{{- range $.Values.extraEnv -}}{{- $variables = append $variables .name -}}{{- end -}}
{{- if and (ne .preset "none") (eq (int .trustedHops) 0) (has "RUNNEL_MAX_PER_ADDRESS" $variables) -}}
{{- $problems = append $problems "extraEnv sets RUNNEL_MAX_PER_ADDRESS while exposure.trustedHops is 0: all clients would share the limit of one address, that of the ingress controller; set exposure.trustedHops to the number of proxies in front" -}}
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
{{- if le $age (include "runnel.milliseconds" .drain.window | atoi) -}}
{{- $problems = printf "streamCapacity.history.age is %s, expected more than streamCapacity.drain.window (%s): events would leave the history while a pod drains" .history.age .drain.window | append $problems -}}
{{- end -}}

{{- /* The API server would refuse the StreamCapacity too, but only after it has taken the other objects. */ -}}
{{- $target := int .subscribersPerPod.target -}}
{{- $limit := int .subscribersPerPod.limit -}}
{{- $pods := int .scaling.minReplicas -}}
{{- if gt $pods (int .scaling.maxReplicas) -}}
{{- $problems = printf "streamCapacity.scaling.minReplicas is %d, expected at most streamCapacity.scaling.maxReplicas (%d)" $pods (int .scaling.maxReplicas) | append $problems -}}
{{- end -}}
{{- if gt $target $limit -}}
{{- $problems = printf "streamCapacity.subscribersPerPod.target is %d, expected at most streamCapacity.subscribersPerPod.limit (%d): full pods would never get help" $target $limit | append $problems -}}
{{- else if and (gt $pods 1) (gt (mul $target $pods) (mul $limit (sub $pods 1))) -}}
{{- $problems = printf "streamCapacity.subscribersPerPod.target is %d, expected at most %d with a limit of %d and %d pods: the loss of one pod would overflow the others" $target (div (mul $limit (sub $pods 1)) $pods) $limit $pods | append $problems -}}
{{- end -}}
{{- end -}}

{{- $own := dict -}}
{{- range concat (include "runnel.env" . | fromYamlArray) (include "runnel.capacityEnv" . | fromYamlArray) -}}
{{- $_ := set $own .name true -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if or (hasPrefix "RUNNEL_REDIS_" .name) (eq .name "RUNNEL_PUBLISH_ACK") -}}
{{- $problems = printf "extraEnv sets %s, which has a value below redis: what else the chart does depends on it" .name | append $problems -}}
{{- else if hasKey $own .name -}}
{{- $problems = printf "extraEnv sets %s, which the chart sets" .name | append $problems -}}
{{- end -}}
{{- end -}}

{{- $selector := include "runnel.selectorLabels" (list . "server") | fromYaml -}}
{{- range $value, $labels := dict "podLabels" .Values.podLabels "controller.podLabels" .Values.controller.podLabels "tests.podLabels" .Values.tests.podLabels -}}
{{- range $name, $_ := $labels -}}
{{- if hasKey $selector $name -}}
{{- $problems = printf "%s sets %s, by which the Deployments and the Services find their pods" $value $name | append $problems -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- range $name, $_ := .Values.tests.podAnnotations -}}
{{- if hasPrefix "helm.sh/hook" $name -}}
{{- $problems = printf "tests.podAnnotations sets %s, which the chart sets: Helm finds the test by it" $name | append $problems -}}
{{- end -}}
{{- end -}}

{{- $problems = include "runnel.redisProblems" . | fromYamlArray | concat $problems -}}
{{- $problems = include "runnel.telemetryProblems" . | fromYamlArray | concat $problems -}}

{{- with $problems -}}
{{- printf "\n\n%s\n" (join "\n" .) | fail -}}
{{- end -}}
{{- end -}}
