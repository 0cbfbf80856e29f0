{{- define "service.image" -}}
{{ .Values.image.repository }}:{{ include "service.release" . }}{{ with .Values.image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* Pod Security "restricted", and no way to the cluster; 65532 is "nonroot" in the image. */}}
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

{{/* The same for each container, and a root that nobody writes to. */}}
{{- define "service.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/* Somebody else's containers, each as they wrote it, but no less restricted than the service's own. */}}
{{- define "service.restrict" -}}
{{- $restricted := list }}
{{- range . }}
{{- $restricted = append $restricted (merge (include "service.containerSecurity" $ | fromYaml) .) }}
{{- end }}
{{- toYaml $restricted }}
{{- end }}
