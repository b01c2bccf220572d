import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { format } from 'oxfmt'
import { parseAllDocuments, visit } from 'yaml'
import style from '../.oxfmtrc.json' with { type: 'json' }

export const MINIMAL = new URL('minimal.yaml', import.meta.url)

const CHART = fileURLToPath(new URL('../charts/runnel', import.meta.url))

/** The namespace comes first, since kubectl creates the objects in this order. */
const HEADER = `\
# Runnel with the chart's default values, except that there is no controller, for \`kubectl apply -f\`. Written by
# \`make manifests\`; changes go to charts/runnel. No registry holds the image: build it, push it to yours, and name
# that below.
apiVersion: v1
kind: Namespace
metadata:
  name: runnel
  labels:
    # Every pod here meets the strictest of the Pod Security Standards.
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/enforce-version: latest
`

/** With these labels Helm would take the objects for its own, though it never installed them. */
const LABELS_OF_HELM = ['app.kubernetes.io/managed-by', 'helm.sh/chart']

const run = promisify(execFile)

/** The chart without its controller, for `kubectl apply`. */
export async function renderMinimal(helm: string): Promise<string> {
  const { stdout } = await run(helm, [
    'template',
    'runnel',
    CHART,
    '--namespace=runnel',
    '--skip-tests',
    '--set=controller.enabled=false',
    // Without it each helm renders for the version it was built for.
    '--kube-version=1.37.0',
  ])
  const text = [HEADER, ...objectsOf(stdout)].join('---\n')
  // Formatted, since the check of the format covers the manifests too.
  const { code, errors } = await format('minimal.yaml', text, style)
  for (const error of errors) throw new Error(`minimal.yaml: ${error.message}`)
  return code
}

/** Parses each object and writes it anew, since versions of Helm differ in blank lines. */
function objectsOf(rendered: string): string[] {
  // In YAML 1.1, which kubectl reads, a plain `off` is no text.
  const documents = parseAllDocuments(rendered.replaceAll(/^# Source: .*\n/gm, ''), {
    version: '1.1',
  })
  return [...documents].map((object) => {
    const [error] = object.errors
    if (error !== undefined) throw error
    for (const label of LABELS_OF_HELM) object.deleteIn(['metadata', 'labels', label])
    // The chart quotes names that a user may choose. Here the names are known, and few need quotes.
    visit(object, { Scalar: (_, scalar) => void (scalar.type = 'PLAIN') })
    return object.toString({ directives: false, lineWidth: 0 })
  })
}
