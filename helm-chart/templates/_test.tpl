{{/* Whether there is a test: with no pod there is nobody to ask. */}}
{{- define "service.isTested" -}}
{{- if and .Values.test (or .Values.autoscaling.enabled (gt (int .Values.replicas) 0)) }}true{{ end }}
{{- end }}
