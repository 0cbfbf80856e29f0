{{/*
What a process needs to start: a service account, its configuration, its secret. The migration has its own, since it runs
before those of the release are there.
*/}}
{{- define "service.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "service.metadata" . | nindent 2 }}
automountServiceAccountToken: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "service.configMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "service.metadata" . | nindent 2 }}
data:
  {{- toYaml .root.Values.config | nindent 2 }}
{{- end }}

{{- define "service.externalSecret" -}}
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  {{- include "service.metadata" . | nindent 2 }}
spec:
  {{- with .root.Values.externalSecret }}
  refreshInterval: {{ .refreshInterval }}
  secretStoreRef:
    kind: {{ .store.kind }}
    name: {{ .store.name | quote }}
  target:
    name: {{ include "service.account" $ | quote }}
  data:
    {{- range $variable, $remote := .data }}
    - secretKey: {{ $variable | quote }}
      remoteRef:
        {{- toYaml $remote | nindent 8 }}
    {{- end }}
  {{- end }}
{{- end }}
