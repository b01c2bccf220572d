{{- define "runnel.controllerSubjects" -}}
- kind: ServiceAccount
  name: {{ include "runnel.suffixed" (list . "controller") }}
  namespace: {{ .Release.Namespace | quote }}
{{- end -}}

{{- /*
The name of an object that belongs to no namespace, or to one that is not the release's. Releases of one name in two
namespaces need two.
*/ -}}
{{- define "runnel.clusterName" -}}
{{ .Release.Namespace }}:{{ include "runnel.suffixed" (list . "controller") }}
{{- end -}}
