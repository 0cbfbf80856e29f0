{{/* The fewest pods that are wanted: what a drain of a node may count on. */}}
{{- define "service.minReplicas" -}}
{{ ternary .Values.autoscaling.minReplicas .Values.replicas .Values.autoscaling.enabled }}
{{- end }}

{{/* How the Deployment of a part is rolled out. */}}
{{- define "service.rollout" -}}
{{- with .root.Values -}}
minReadySeconds: {{ .minReadySeconds }}
progressDeadlineSeconds: {{ .progressDeadlineSeconds }}
revisionHistoryLimit: {{ .revisionHistoryLimit }}
{{- end }}
selector:
  matchLabels:
    {{- include "service.selectorLabels" . | nindent 4 }}
strategy:
  type: RollingUpdate
  rollingUpdate:
    maxUnavailable: 0
    maxSurge: 25%
{{- end }}

{{/* What scales the Deployment of a part, as its `scaling` says. */}}
{{- define "service.autoscaler" -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "service.metadata" . | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "service.partName" . | quote }}
  {{- with .scaling }}
  minReplicas: {{ .minReplicas }}
  maxReplicas: {{ .maxReplicas }}
  metrics:
    {{- range $resource, $percent := dict "cpu" .cpuPercent "memory" .memoryPercent }}
    {{- if $percent }}
    # Of this container alone: one beside it that requests nothing would keep the pods from being measured.
    - type: ContainerResource
      containerResource:
        name: {{ $resource }}
        container: {{ $.container }}
        target:
          type: Utilization
          averageUtilization: {{ $percent }}
    {{- end }}
    {{- end }}
    {{- with .metrics }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .behavior }}
  behavior:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
{{- end }}
