{{- /* Made from src/controller/rights.ts by `npm run docs`; changes go there. */ -}}

{{- define "runnel.controllerRules" -}}
- apiGroups: [runnel.dev]
  resources: [streamcapacities]
  verbs: [list, watch]
- apiGroups: [runnel.dev]
  resources: [streamcapacities/status]
  verbs: [patch]
- apiGroups: [runnel.dev]
  resources: [streamcapacities/finalizers]
  verbs: [update]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch, patch]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [get, list, watch, delete]
- apiGroups: [keda.sh]
  resources: [scaledobjects]
  verbs: [get, list, watch, delete]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames:
    - {{ include "runnel.suffixed" (list . "controller") }}
  verbs: [get, update]
- apiGroups: [""]
  resources: [secrets]
  resourceNames:
    - {{ include "runnel.suffixed" (list . "admin") }}
  verbs: [get, update]
{{- if has .Values.streamCapacity.scaling.provider (list "Auto" "CustomMetrics") }}
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [create, patch]
{{- end }}
{{- if has .Values.streamCapacity.scaling.provider (list "Auto" "KEDA") }}
- apiGroups: [keda.sh]
  resources: [scaledobjects]
  verbs: [create, patch]
{{- end }}
{{- if has .Values.streamCapacity.scaling.provider (list "Auto" "Direct") }}
- apiGroups: [apps]
  resources: [deployments/scale]
  verbs: [patch]
{{- end }}
{{- if .Values.controller.podProxy }}
- apiGroups: [""]
  resources: [pods/proxy]
  verbs: [get]
{{- end }}
{{- if .Values.metricsApi.register }}
- apiGroups: [""]
  resources: [secrets]
  resourceNames:
    - {{ include "runnel.suffixed" (list . "metrics-api") }}
  verbs: [get, update]
{{- end }}
{{- end -}}

{{- define "runnel.controllerClusterRules" -}}
- apiGroups: [apiregistration.k8s.io]
  resources: [apiservices]
  resourceNames:
    - v1beta1.custom.metrics.k8s.io
    - v1beta2.custom.metrics.k8s.io
  verbs: [get, patch]
{{- end -}}
