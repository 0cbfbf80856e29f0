{{- define "service.release" -}}
{{ required "image.tag is empty: this environment has run no release yet. Deploy or promote one to it." .Values.image.tag }}
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
{{- end }}

{{- define "service.labels" -}}
{{ include "service.selectorLabels" . }}
{{ include "service.commonLabels" . }}
{{- end }}

{{- define "service.image" -}}
{{ .Values.image.repository }}:{{ include "service.release" . }}{{ with .Values.image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/*
A stopping pod drains in two halves. Before the signal it answers as ever, while endpoints and load balancers forget it;
after the signal it is not ready, and each answer closes its connection. As long again, twice, is left for slow requests.
*/}}
{{- define "service.drainBeforeSignal" -}}
{{ div .Values.drainSeconds 2 }}
{{- end }}

{{- define "service.drainAfterSignal" -}}
{{ sub .Values.drainSeconds (include "service.drainBeforeSignal" .) }}
{{- end }}

{{- define "service.gracePeriod" -}}
{{ mul 3 .Values.drainSeconds }}
{{- end }}

{{/* Pod Security "restricted", and a root that nobody writes to; 65532 is "nonroot" in the image. */}}
{{- define "service.podSecurity" -}}
serviceAccountName: {{ .Release.Name }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "service.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}
