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

{{/* As Argo CD names the Application, whose label tracking sets the same. */}}
{{- define "service.instance" -}}
{{ .Release.Name }}-{{ include "service.environment" . }}
{{- end }}

{{/*
The templates below are about one part of the release: `root` is the chart's own context, `component` what the part is
(server, worker-<name>, schedule-<name>, migration, test), and `suffix` tells its objects from the server's.
*/}}
{{- define "service.partName" -}}
{{ .root.Release.Name }}{{ with .suffix }}-{{ . }}{{ end }}
{{- end }}

{{/* The name of its service account, its configuration and its secret: the server's, unless the part has its own. */}}
{{- define "service.account" -}}
{{ .account | default .root.Release.Name }}
{{- end }}

{{/* What selects pods must never change, so it is these two alone. */}}
{{- define "service.selectorLabels" -}}
app.kubernetes.io/name: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "service.labels" -}}
{{ include "service.selectorLabels" . }}
{{- with .root }}
app.kubernetes.io/instance: {{ include "service.instance" . }}
app.kubernetes.io/version: {{ include "service.release" . | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
environment: {{ include "service.environment" . | quote }}
{{- with .Values.cluster }}
cluster: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* Labels last, so that more can follow. */}}
{{- define "service.metadata" -}}
name: {{ include "service.partName" . | quote }}
namespace: {{ .root.Release.Namespace | quote }}
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
labels:
  {{- include "service.labels" . | nindent 2 }}
{{- end }}
