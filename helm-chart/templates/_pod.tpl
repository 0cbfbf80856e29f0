{{- define "service.image" -}}
{{ .Values.image.repository }}:{{ include "service.release" . }}{{ with .Values.image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* What every pod of the release has in common. It is Pod Security "restricted", with no way to the cluster. */}}
{{- define "service.pod" -}}
serviceAccountName: {{ include "service.account" . | quote }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ int64 .root.Values.runAs.user }}
  runAsGroup: {{ int64 .root.Values.runAs.group }}
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{/* What every pod has in which a process of the service runs. */}}
{{- define "service.processPod" -}}
{{ include "service.pod" . }}
{{- with .root.Values }}
{{- with .priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
terminationGracePeriodSeconds: {{ include "service.gracePeriod" $.root }}
{{- if or .tmpSize .extra.volumes }}
volumes:
  {{- with .tmpSize }}
  - name: tmp
    emptyDir:
      sizeLimit: {{ . }}
  {{- end }}
  {{- with .extra.volumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* The pods of a Deployment are spread; what `ScheduleAnyway` cannot spread still runs. */}}
{{- define "service.spread" -}}
{{- with .root.Values.spreadOver -}}
topologySpreadConstraints:
  {{- range . }}
  - topologyKey: {{ . | quote }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "service.selectorLabels" $ | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end }}
{{- end }}

{{- define "service.podMetadata" -}}
labels:
  {{- include "service.labels" . | nindent 2 }}
annotations:
  org.opencontainers.image.revision: {{ include "service.revision" .root | quote }}
  {{- with .root.Values.config }}
  checksum/config: {{ toJson . | sha256sum }}
  {{- end }}
{{- end }}

{{/* A process of the release in its container: `container` is the name, `process` has the command, arguments, resources. */}}
{{- define "service.container" -}}
name: {{ .container }}
image: {{ include "service.image" .root | quote }}
{{- with .process.command }}
command:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .process.args }}
args:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values }}
{{- $env := include "service.env" $.root | trim }}
{{- if or $env .extra.env }}
env:
  {{- with $env }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with .extra.env }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- with include "service.envFrom" $ | trim }}
envFrom:
  {{- . | nindent 2 }}
{{- end }}
resources:
  {{- toYaml ($.process.resources | default .resources) | nindent 2 }}
{{ include "service.containerSecurity" $ }}
{{- if or .tmpSize .extra.volumeMounts }}
volumeMounts:
  {{- if .tmpSize }}
  - name: tmp
    mountPath: /tmp
  {{- end }}
  {{- with .extra.volumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* A container of a restricted pod, with a root that nobody writes to. */}}
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
