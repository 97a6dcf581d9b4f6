{{- define "heliograph.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "heliograph.pod" -}}
metadata:
  labels: { app: {{ .Release.Name }} }
spec:
  automountServiceAccountToken: false
  # More than preStop and shutdown_timeout together.
  terminationGracePeriodSeconds: 45
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  {{- if .Values.cluster.enabled }}
  # A machine that goes should take one server with it.
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: { app: {{ .Release.Name }} }
  {{- end }}
  containers:
    - name: heliograph
      image: {{ include "heliograph.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      env:
        - name: HELIOGRAPH_ADMIN_TOKEN
          valueFrom:
            secretKeyRef: { name: {{ .Values.secret }}, key: admin-token }
        {{- if .Values.cluster.enabled }}
        - name: HELIOGRAPH_STORE
          valueFrom:
            secretKeyRef: { name: {{ .Values.secret }}, key: store }
        # One for all: receipts are of one validator, whichever server gives them.
        - { name: HELIOGRAPH_VALIDATOR_KEY, value: /etc/heliograph/validator-key }
        {{- end }}
        # Of its own, so that no ingress rule can reach it.
        - { name: HELIOGRAPH_ADMIN_PORT, value: "10402" }
        - { name: HELIOGRAPH_ADMIN_HOST, value: "0.0.0.0" }
        - { name: HELIOGRAPH_METRICS_ACCESS, value: all }
        - { name: HELIOGRAPH_HTTP_TRUSTED_PROXIES, value: {{ .Values.trustedProxies | quote }} }
        - { name: HELIOGRAPH_PUBLIC_URL, value: {{ printf "https://%s" .Values.host | quote }} }
        - { name: HELIOGRAPH_LOG_FORMAT, value: json }
        - { name: HELIOGRAPH_SHUTDOWN_TIMEOUT, value: "30" }
        {{- range $name, $value := .Values.settings }}
        - { name: HELIOGRAPH_{{ $name | upper | replace "." "_" }}, value: {{ $value | toString | quote }} }
        {{- end }}
      ports:
        - { name: gateway, containerPort: 10401 }
        - { name: admin, containerPort: 10402 }
      startupProbe:
        httpGet: { path: /healthz, port: gateway }
        periodSeconds: 1
        failureThreshold: 60
      livenessProbe:
        httpGet: { path: /healthz, port: gateway }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 3
      readinessProbe:
        httpGet: { path: /readyz, port: gateway }
        periodSeconds: 2
        timeoutSeconds: 5
        failureThreshold: 1
      lifecycle:
        # Until the ingress controller knows that the pod goes, it sends new clients here.
        preStop:
          sleep: { seconds: 5 }
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      resources: {{- .Values.resources | toYaml | nindent 8 }}
      volumeMounts:
        - { name: data, mountPath: /data }
        - { name: tmp, mountPath: /tmp }
        {{- if .Values.cluster.enabled }}
        - { name: validator-key, mountPath: /etc/heliograph, readOnly: true }
        {{- end }}
  volumes:
    - name: tmp
      emptyDir: { sizeLimit: 64Mi }
    {{- if .Values.cluster.enabled }}
    - name: data
      emptyDir: { sizeLimit: 64Mi }
    - name: validator-key
      secret:
        secretName: {{ .Values.secret }}
        defaultMode: 0400
        items: [{ key: validator-key, path: validator-key }]
    {{- end }}
{{- end }}
