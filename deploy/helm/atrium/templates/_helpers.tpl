{{- define "atrium.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "atrium.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "atrium.labels" -}}
{{ include "atrium.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "atrium.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}{{ else }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "atrium.hostNetwork" -}}
{{- if eq .Values.media.exposure "hostNetwork" }}true{{ end }}
{{- end }}

{{/* Whether only the kubelet on the same node reaches the operator's listener. */}}
{{- define "atrium.operatorIsLocal" -}}
{{- if and (include "atrium.hostNetwork" .) (not .Values.operator.exposeOnNode) }}true{{ end }}
{{- end }}

{{- define "atrium.adminSecret" -}}
{{- if .Values.admin.existingSecret }}{{ .Values.admin.existingSecret }}{{ else if .Values.admin.token }}{{ include "atrium.name" . }}-admin{{ end }}
{{- end }}

{{/* How many pods there may be: each needs its own services. */}}
{{- define "atrium.mostPods" -}}
{{- if .Values.autoscaling.enabled }}{{ .Values.autoscaling.maxReplicas }}{{ else }}{{ .Values.replicas }}{{ end }}
{{- end }}

{{/* What does not go together. */}}
{{- define "atrium.check" -}}
{{- if and (eq .Values.media.exposure "nodePort") (eq .Values.media.addresses "interfaces") }}
{{- fail "media.addresses: with media.exposure nodePort the pod's own address is of no use to clients; choose nodeIP or fixed" }}
{{- end }}
{{- if and (eq .Values.media.addresses "fixed") (not .Values.media.publicAddresses) }}
{{- fail "media.publicAddresses: media.addresses is fixed, and there is none" }}
{{- end }}
{{- if and (eq .Values.media.exposure "nodePort") (gt (int (include "atrium.mostPods" .)) 10) }}
{{- fail "replicas: with media.exposure nodePort there are ten pods at most, one for each last digit of the node port" }}
{{- end }}
{{- if and .Values.metrics.serviceMonitor.enabled (include "atrium.operatorIsLocal" .) }}
{{- fail "metrics.serviceMonitor: with media.exposure hostNetwork Prometheus reaches the operator's listener only with operator.exposeOnNode" }}
{{- end }}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) }}
{{- fail "autoscaling.minReplicas is above autoscaling.maxReplicas" }}
{{- end }}
{{- if and .Values.admin.existingSecret .Values.admin.token }}
{{- fail "admin.existingSecret and admin.token exclude each other" }}
{{- end }}
{{- $keys := or .Values.auth.existingSecret .Values.auth.jwks }}
{{- if and .Values.auth.openToAll $keys }}
{{- fail "auth.openToAll: lets everybody in without a token, so auth.existingSecret and auth.jwks would have no effect" }}
{{- end }}
{{- if not (or .Values.auth.openToAll $keys) }}
{{- fail "auth: who may join? Set auth.existingSecret or auth.jwks, by which tokens are checked; or, if everybody who reaches the pods may join every room, auth.openToAll: true" }}
{{- end }}
{{- end }}

{{/* atrium.yaml: what was given, with what the chart decides over it. */}}
{{- define "atrium.config" -}}
{{- $operator := printf ":%v" .Values.operator.port }}
{{- if include "atrium.operatorIsLocal" . }}{{ $operator = printf "localhost:%v" .Values.operator.port }}{{ end }}
{{- $own := dict
      "http" (dict "listen" (printf ":%v" .Values.http.port))
      "operator" (dict "listen" $operator)
      "shutdown" (dict "drain" (printf "%vs" .Values.shutdown.drainSeconds)) }}
{{- if include "atrium.hostNetwork" . }}{{ $_ := set $own "media" (dict "port" (int .Values.media.port)) }}{{ end }}
{{- if include "atrium.adminSecret" . }}{{ $_ := set $own "admin" (dict "token_file" "/etc/atrium/admin/token") }}{{ end }}
{{- if .Values.auth.openToAll }}
{{- $_ := set $own "auth" (dict "mode" "open" "open_to_all" true) }}
{{- else }}
{{- $auth := dict "mode" "token" }}
{{- if .Values.auth.existingSecret }}{{ $_ := set $auth "secret_file" "/etc/atrium/auth/secret" }}{{ end }}
{{- if .Values.auth.jwks }}{{ $_ := set $auth "jwks" .Values.auth.jwks }}{{ end }}
{{- $_ := set $own "auth" $auth }}
{{- end }}
{{- if .Values.tls.secretName }}{{ $_ := set $own "tls" (dict "mode" "files" "cert" "/etc/atrium/tls/tls.crt" "key" "/etc/atrium/tls/tls.key") }}{{ end }}
{{- if eq .Values.media.addresses "fixed" }}
{{- $_ := set $own "media" (mergeOverwrite (dict "public_addresses" .Values.media.publicAddresses) (get $own "media" | default dict)) }}
{{- end }}
{{- toYaml (mergeOverwrite (deepCopy .Values.config) $own) }}
{{- end }}
