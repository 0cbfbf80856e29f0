{{/* The fewest pods that are wanted: what a drain of a node may count on. */}}
{{- define "service.minReplicas" -}}
{{ ternary .Values.autoscaling.minReplicas .Values.replicas .Values.autoscaling.enabled }}
{{- end }}
