{{- define "classifier.name" -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "classifier.selector" -}}
app.kubernetes.io/name: classifier
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "classifier.labels" -}}
{{ include "classifier.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- define "classifier.probe" -}}
{{- if .root.Values.web.clientCertificates }}
tcpSocket: {port: metrics, host: 127.0.0.1}
{{- else }}
httpGet:
  path: {{ .path }}
  port: metrics
  host: 127.0.0.1
  {{- if .root.Values.web.tls }}
  scheme: HTTPS
  {{- end }}
  {{- with .root.Values.web.probeHeaders }}
  httpHeaders:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end -}}
