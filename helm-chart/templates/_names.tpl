{{- define "service.release" -}}
{{ required "image.tag is empty: this environment has run no release yet. Deploy or promote one to it." .Values.image.tag }}
{{- end }}

{{/* The release's commit, whole where the values say it. */}}
{{- define "service.revision" -}}
{{ .Values.image.revision | default (include "service.release" .) }}
{{- end }}

{{- define "service.environment" -}}
{{ required "environment is empty: each environment's values say its name." .Values.environment }}
{{- end }}

{{/* A pod's place in the service; what selects pods must never change, so it is these two alone. */}}
{{- define "service.selectorLabels" -}}
app.kubernetes.io/name: {{ .Release.Name }}
app.kubernetes.io/component: server
{{- end }}

{{/* The instance is named as Argo CD names the Application, whose label tracking sets the same. */}}
{{- define "service.commonLabels" -}}
app.kubernetes.io/instance: {{ printf "%s-%s" .Release.Name (include "service.environment" .) }}
app.kubernetes.io/version: {{ include "service.release" . | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
environment: {{ include "service.environment" . | quote }}
{{- with .Values.cluster }}
cluster: {{ . | quote }}
{{- end }}
{{- end }}

{{- define "service.labels" -}}
{{ include "service.selectorLabels" . }}
{{ include "service.commonLabels" . }}
{{- end }}

{{/* What every object of the service itself is called, and where it is; labels last, so that more can follow. */}}
{{- define "service.metadata" -}}
name: {{ .Release.Name }}
namespace: {{ .Release.Namespace | quote }}
labels:
  {{- include "service.labels" . | nindent 2 }}
{{- end }}

{{/* The pod of `helm test`, which the network policy admits by these. */}}
{{- define "service.testLabels" -}}
app.kubernetes.io/name: {{ .Release.Name }}
app.kubernetes.io/component: test
{{- end }}
