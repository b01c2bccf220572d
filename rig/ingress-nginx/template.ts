/** An edit of the controller's nginx template that Debian's nginx needs. */
interface Edit {
  readonly from: RegExp
  readonly to: string
}

const EDITS: readonly Edit[] = [
  {
    // The stock nginx has these compiled in; Debian's loads them.
    from: /^pid \{\{ \.PID \}\};\n/m,
    to: `$&
load_module /etc/nginx/modules/ndk_http_module.so;
load_module /etc/nginx/modules/ngx_http_lua_module.so;
load_module /etc/nginx/modules/ngx_http_headers_more_filter_module.so;
load_module /etc/nginx/modules/ngx_http_set_misc_module.so;
load_module /etc/nginx/modules/ngx_stream_module.so;
`,
  },
  {
    // nginx before 1.25.1 has no directive `http2`; the next edit sets the parameter of `listen` instead.
    from: /^ *\{\{ if \$cfg\.UseHTTP2 \}\}\n *http2 on;\n *\{\{ end \}\}\n/m,
    to: '',
  },
  {
    from: /\{\{ (buildHTTPSListener \$all \$server\.Hostname) \}\}/,
    to:
      '{{ range $index, $part := split ($1) "ssl;" }}{{ if $index }}' +
      'ssl{{ if $all.Cfg.UseHTTP2 }} http2{{ end }};{{ end }}{{ $part }}{{ end }}',
  },
  {
    // The controller's own pages would otherwise be reachable on every address of this machine.
    from: /listen (?=\{\{ \$all\.ListenPorts\.Default \}\})/,
    to: 'listen 127.0.0.1:',
  },
  {
    // Debian has no Lua module for TCP: this server accepts the controller's updates and drops them.
    from: /^stream \{\n[^]*?^\}\n/m,
    to: `stream {
    server {
        listen 127.0.0.1:{{ .StreamPort }};
        # With it nginx reads the request before it answers.
        ssl_preread on;
        return "";
    }
}
`,
  },
]

/** The template for Debian's nginx. Throws if an edit does not match the original. */
export function editTemplate(template: string): string {
  return EDITS.reduce((text, { from, to }) => {
    if (!from.test(text)) throw new Error(`expected the template to hold ${from.source}`)
    return text.replace(from, to)
  }, template)
}
