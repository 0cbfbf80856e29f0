{{/* Names are resolved by the cluster's DNS, or by a cache on the node that listens at this address. */}}
{{- define "service.dns" -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
  to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
    - ipBlock:
        cidr: 169.254.20.10/32
{{- end }}

{{/* What the processes of the release may ask. */}}
{{- define "service.egress" -}}
{{ include "service.dns" . }}
{{- with .Values.networkPolicy.egress }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* A process that asks as the server does, and is asked nothing. */}}
{{- define "service.clientPolicy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "service.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "service.selectorLabels" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  egress:
    {{- include "service.egress" .root | nindent 4 }}
{{- end }}
