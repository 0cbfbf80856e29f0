{{/* Runs the process of a part once, and so often again as `retries` says, within its deadline. */}}
{{- define "service.jobSpec" -}}
activeDeadlineSeconds: {{ .process.deadlineSeconds | default 3600 }}
backoffLimit: {{ .process.retries | default 0 }}
template:
  metadata:
    {{- include "service.podMetadata" . | nindent 4 }}
  spec:
    {{- include "service.processPod" . | nindent 4 }}
    restartPolicy: Never
    containers:
      - {{ include "service.container" . | indent 8 | trim }}
{{- end }}
