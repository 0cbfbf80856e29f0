{{/* What the chart itself tells each process. A rule refuses the same names elsewhere, so that nothing contradicts it. */}}
{{- define "service.env" -}}
{{- $told := dict
  "port" .Values.port
  "metricsPort" (ternary .Values.metrics.port "off" .Values.metrics.enabled)
  "environment" (include "service.environment" .)
  "release" (include "service.release" .)
  "logLevel" .Values.logLevel
  "drainSeconds" (include "service.drainAfterSignal" .)
  "requestSeconds" (include "service.requestSeconds" .) }}
{{- range $what, $variable := .Values.variables }}
{{- with $variable }}
- name: {{ toYaml . }}
  value: {{ get $told $what | quote }}
{{- end }}
{{- end }}
{{- with .Values.nodeOptions }}
- name: NODE_OPTIONS
  value: {{ . | quote }}
{{- end }}
{{- end }}

{{/* Where its other variables come from. */}}
{{- define "service.envFrom" -}}
{{- $own := include "service.account" . }}
{{- with .root.Values }}
{{- if .config }}
- configMapRef:
    name: {{ $own | quote }}
{{- end }}
{{- if .externalSecret.data }}
- secretRef:
    name: {{ $own | quote }}
{{- end }}
{{- range .secrets }}
- secretRef:
    name: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}
