/**
 * A self-signed certificate for events.example and 192.0.2.1, and its key, made with
 *
 *   openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 \
 *     -subj /CN=events.example -addext subjectAltName=DNS:events.example,IP:192.0.2.1
 *
 * Only a test that names it as an authority trusts it.
 */
export const TEST_CERTIFICATE = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgso7IipmpMi0VQVlF
7XkNhVKNdtSHFsura4Zis8WkuXShRANCAATOxQT4Sua44sEt6X/weyLM1L8BPWG3
Ch96DY8WIuPQISET3Xb3MqZKj/K5CdwGztRP5Xrqqhb+FTz5JCOomLRs
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBqTCCAU+gAwIBAgITaRrxuPnNB2RCJf94HYOdj0bO1DAKBggqhkjOPQQDAjAZ
MRcwFQYDVQQDDA5ldmVudHMuZXhhbXBsZTAgFw0yNjExMjUwMzA5NDBaGA8yMTI2
MTEwMTAzMDk0MFowGTEXMBUGA1UEAwwOZXZlbnRzLmV4YW1wbGUwWTATBgcqhkjO
PQIBBggqhkjOPQMBBwNCAATOxQT4Sua44sEt6X/weyLM1L8BPWG3Ch96DY8WIuPQ
ISET3Xb3MqZKj/K5CdwGztRP5Xrqqhb+FTz5JCOomLRso3QwcjAdBgNVHQ4EFgQU
+0N97YNIixVvWD6ls4M5+jIjkIAwHwYDVR0jBBgwFoAU+0N97YNIixVvWD6ls4M5
+jIjkIAwDwYDVR0TAQH/BAUwAwEB/zAfBgNVHREEGDAWgg5ldmVudHMuZXhhbXBs
ZYcEwAACATAKBggqhkjOPQQDAgNIADBFAiBuI9dfG0RYd0pCwIIgDG4DxESYJtj4
+sRYPQudahLbmwIhAMGZjcW4cYVuilQHKmUxP6tpvRbNQbzotgeLCawnIrp3
-----END CERTIFICATE-----
`,
}
