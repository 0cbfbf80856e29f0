{{/* Each of these says what is wrong, a line a fault. `rules.yaml` calls them. */}}

{{- define "service.nameFaults" -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" .Release.Name) }}
- the Helm release is called {{ .Release.Name }}, but a Service's name must begin with a letter, and have letters, digits and "-" alone: call it otherwise.
{{- end }}
{{- if gt (include "service.instance" . | len) 63 }}
- the label app.kubernetes.io/instance would be {{ include "service.instance" . }}, and a label may have 63 characters: shorten environment, or the Helm release's name.
{{- end }}
{{- $taken := dict "ready" "the test" "migrate" "migrate" }}
{{- range $what, $processes := pick .Values "workers" "schedules" }}
{{- range $name, $_ := $processes }}
{{- with get $taken $name }}
- {{ $what }}.{{ $name }} has the name of {{ . }}: call it otherwise.
{{- end }}
{{- $_ := set $taken $name (printf "%s.%s" $what $name) }}
{{- end }}
{{- end }}
{{- range $name, $_ := .Values.schedules }}
{{- if gt (printf "%s-%s" $.Release.Name $name | len) 52 }}
- the CronJob of schedules.{{ $name }} would be called {{ $.Release.Name }}-{{ $name }}, and a CronJob's name may have 52 characters: shorten it.
{{- end }}
{{- end }}
{{- end }}

{{- define "service.scaleFaults" -}}
{{- $scaled := dict }}
{{- if .Values.autoscaling.enabled }}
{{- $_ := set $scaled "autoscaling" (dict "scaling" .Values.autoscaling "resources" .Values.resources "of" "resources") }}
{{- end }}
{{- range $name, $worker := .Values.workers }}
{{- if and $worker.autoscaling $worker.replicas }}
- workers.{{ $name }}.autoscaling decides how many pods run: take workers.{{ $name }}.replicas away.
{{- end }}
{{- with $worker.autoscaling }}
{{- $of := ternary (printf "workers.%s.resources" $name) "resources" (hasKey $worker "resources") }}
{{- $_ := set $scaled (printf "workers.%s.autoscaling" $name) (dict "scaling" . "resources" ($worker.resources | default $.Values.resources) "of" $of) }}
{{- end }}
{{- end }}
{{- range $path, $scale := $scaled }}
{{- with $scale.scaling }}
{{- if gt (int .minReplicas) (int .maxReplicas) }}
- {{ $path }}.minReplicas is {{ .minReplicas }}, more than {{ $path }}.maxReplicas, {{ .maxReplicas }}: lower the one or raise the other.
{{- end }}
{{- if not (or .cpuPercent .memoryPercent .metrics) }}
- {{ $path }} watches nothing: set {{ $path }}.cpuPercent, memoryPercent or metrics.
{{- end }}
{{- range $resource, $percent := dict "cpu" .cpuPercent "memory" .memoryPercent }}
{{- if and $percent (not (dig "requests" $resource "" $scale.resources)) }}
- {{ $path }}.{{ $resource }}Percent is a share of {{ $scale.of }}.requests.{{ $resource }}, which is not set: set it, or set the percentage to 0.
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- $starts := dict "probes" .Values.probes.startSeconds }}
{{- range $name, $worker := .Values.workers }}
{{- with dig "probe" "startSeconds" 0 $worker }}
{{- $_ := set $starts (printf "workers.%s.probe" $name) . }}
{{- end }}
{{- end }}
{{- range $path, $seconds := $starts }}
{{- $start := add $seconds $.Values.minReadySeconds }}
{{- if le (int $.Values.progressDeadlineSeconds) (int $start) }}
- progressDeadlineSeconds is {{ $.Values.progressDeadlineSeconds }}, but a start may take {{ $start }} s, {{ $path }}.startSeconds and minReadySeconds: raise it.
{{- end }}
{{- end }}
{{- end }}

{{- define "service.trafficFaults" -}}
{{- with .Values.ingress }}
{{- if and .enabled (not .hosts) }}
- ingress is enabled, but ingress.hosts is empty: name the hosts that it answers for.
{{- end }}
{{- end }}
{{- with .Values.route }}
{{- if and .enabled (not .hosts) }}
- route is enabled, but route.hosts is empty: name the hosts that it answers for.
{{- end }}
{{- if and .enabled (not .gateways) }}
- route is enabled, but route.gateways is empty: name the Gateway that it belongs to.
{{- end }}
{{- end }}
{{- with .Values }}
{{- if and .metrics.enabled (eq (int .metrics.port) (int .port)) }}
- metrics.port and port are both {{ .port }}: give the metrics a port of their own.
{{- end }}
{{- end }}
{{- end }}

{{- define "service.variableFaults" -}}
{{- with .Values.externalSecret }}
{{- if and .data (not .store.name) }}
- externalSecret.data is set, but externalSecret.store.name is empty: name the store that it is read from.
{{- end }}
{{- end }}
{{- $settings := list }}
{{- range $what, $variable := .Values.variables }}
{{- with $variable }}
{{- $settings = append $settings (list . (printf "variables.%s" $what)) }}
{{- end }}
{{- end }}
{{- if .Values.nodeOptions }}
{{- $settings = append $settings (list "NODE_OPTIONS" "nodeOptions") }}
{{- end }}
{{- range $name, $_ := .Values.config }}
{{- $settings = append $settings (list $name "config") }}
{{- end }}
{{- range $name, $_ := .Values.externalSecret.data }}
{{- $settings = append $settings (list $name "externalSecret.data") }}
{{- end }}
{{- range .Values.extra.env }}
{{- $settings = append $settings (list .name "extra.env") }}
{{- end }}
{{- $set := dict }}
{{- range $settings }}
{{- $name := first . }}
{{- $where := last . }}
{{- with get $set $name }}
- {{ $name }} is set by {{ . }} and by {{ $where }}: keep one of them.
{{- end }}
{{- $_ := set $set $name $where }}
{{- end }}
{{- end }}

{{- define "service.containerFaults" -}}
{{- $own := dict "containers" (list "service") "volumes" (ternary (list "tmp") list (not (empty .Values.tmpSize))) }}
{{- with .Values.extra }}
{{- $containers := get $own "containers" }}
{{- range concat .containers .initContainers }}
{{- if has .name $containers }}
- extra has a container called {{ .name }}, and there is one already: call it otherwise.
{{- end }}
{{- $containers = append $containers .name }}
{{- end }}
{{- $volumes := get $own "volumes" }}
{{- range .volumes }}
{{- if has .name $volumes }}
- extra has a volume called {{ .name }}, and there is one already: call it otherwise.
{{- end }}
{{- $volumes = append $volumes .name }}
{{- end }}
{{- end }}
{{- end }}

{{- define "service.objectFaults" -}}
{{- range $index, $object := .Values.extra.objects }}
{{- $text := tpl (toYaml $object) $ }}
{{- $object := fromYaml $text }}
{{- $path := printf "extra.objects[%d]" $index }}
{{- if regexMatch "(?m)^(---|\\.\\.\\.)" $text }}
- {{ $path }} is several objects when it is rendered: write each as one of its own.
{{- else if hasKey $object "items" }}
- {{ $path }} is a list of objects: write each as one of its own.
{{- else if eq (toString $object.kind) "Namespace" }}
- {{ $path }} is a Namespace: an environment has the one that it is delivered to.
{{- else if ne (dig "metadata" "namespace" $.Release.Namespace $object) $.Release.Namespace }}
- {{ $path }} is in the namespace {{ $object.metadata.namespace }}, but an environment may have objects in its own, {{ $.Release.Namespace }}, alone.
{{- end }}
{{- end }}
{{- end }}
