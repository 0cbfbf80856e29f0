{{/*
How a pod stops, in three parts of one length, `drainSeconds`: the drain, and twice as long for the requests that are
still answered. The drain has two halves. Before the signal the pod answers as ever, while endpoints and load balancers
forget it; after the signal it is not ready, and each answer closes its connection.
*/}}
{{- define "service.drainBeforeSignal" -}}
{{ div .Values.drainSeconds 2 }}
{{- end }}

{{- define "service.drainAfterSignal" -}}
{{ sub .Values.drainSeconds (include "service.drainBeforeSignal" .) }}
{{- end }}

{{/* The longest request: it ends before the kill, with a second to spare for the service and one for the kubelet. */}}
{{- define "service.requestSeconds" -}}
{{ sub (mul 2 .Values.drainSeconds) 2 }}
{{- end }}

{{- define "service.gracePeriod" -}}
{{ mul 3 .Values.drainSeconds }}
{{- end }}
