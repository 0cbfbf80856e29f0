{{/* What the chart itself tells the service. A rule refuses the same names elsewhere, so that nothing contradicts it. */}}
{{- define "service.env" -}}
- name: PORT
  value: {{ .Values.port | quote }}
- name: METRICS_PORT
  value: {{ ternary .Values.metrics.port "off" .Values.metrics.enabled | quote }}
- name: ENVIRONMENT
  value: {{ include "service.environment" . | quote }}
- name: RELEASE
  value: {{ include "service.release" . | quote }}
- name: LOG_LEVEL
  value: {{ .Values.logLevel | quote }}
- name: DRAIN_SECONDS
  value: {{ include "service.drainAfterSignal" . | quote }}
- name: REQUEST_SECONDS
  value: {{ include "service.requestSeconds" . | quote }}
{{- /* Of the memory limit, which Node reads from the container; the rest is for buffers, code and stacks. */}}
{{- if dig "limits" "memory" "" .Values.resources }}
- name: NODE_OPTIONS
  value: "--max-old-space-size-percentage=60"
{{- end }}
{{- end }}

{{- define "service.envFrom" -}}
{{- if .Values.config }}
- configMapRef:
    name: {{ .Release.Name }}
{{- end }}
{{- if .Values.externalSecret.data }}
- secretRef:
    name: {{ .Release.Name }}
{{- end }}
{{- range .Values.secrets }}
- secretRef:
    name: {{ . }}
{{- end }}
{{- end }}
