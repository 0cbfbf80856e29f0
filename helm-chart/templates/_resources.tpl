{{/* How much a quantity is, as a number. */}}
{{- define "service.amount" -}}
{{- $unit := regexFind "[A-Za-z]*$" . }}
{{- $factors := dict "m" 0.001 "" 1.0 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 }}
{{- mulf (trimSuffix $unit . | float64) (get $factors $unit) }}
{{- end }}

{{- define "service.resourceFaults" -}}
{{- $all := dict "resources" .Values.resources }}
{{- range $list := list "containers" "initContainers" }}
{{- range $index, $container := get $.Values.extra $list }}
{{- $_ := set $all (printf "extra.%s[%d].resources" $list $index) $container.resources }}
{{- end }}
{{- end }}
{{- range $what := list "workers" "schedules" }}
{{- range $name, $process := get $.Values $what }}
{{- with $process.resources }}
{{- $_ := set $all (printf "%s.%s.resources" $what $name) . }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.migrate.resources }}
{{- $_ := set $all "migrate.resources" . }}
{{- end }}
{{- range $path, $resources := $all }}
{{- range $resource, $request := $resources.requests }}
{{- with dig "limits" $resource "" $resources }}
{{- if gt (include "service.amount" $request | float64) (include "service.amount" . | float64) }}
- {{ $path }}.requests.{{ $resource }} is {{ $request }}, more than {{ $path }}.limits.{{ $resource }}, {{ . }}: lower the one or raise the other.
{{- end }}
{{- end }}
{{- end }}
{{- if and (contains "-percentage=" $.Values.nodeOptions) (not (hasPrefix "extra." $path)) (not (dig "limits" "memory" "" $resources)) }}
- nodeOptions gives the heap a share of {{ $path }}.limits.memory, which is not set: set it, or let nodeOptions say something else.
{{- end }}
{{- end }}
{{- with .Values.tmpSize }}
{{- $limit := dig "limits" "ephemeral-storage" "" $.Values.resources }}
{{- if and $limit (ge (include "service.amount" . | float64) (include "service.amount" $limit | float64)) }}
- tmpSize is {{ . }}, but a pod may write {{ $limit }} in all, resources.limits.ephemeral-storage, the log with it: lower the one or raise the other.
{{- end }}
{{- end }}
{{- end }}
