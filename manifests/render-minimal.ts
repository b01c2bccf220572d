import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { format } from 'oxfmt'
import { parseAllDocuments, visit } from 'yaml'
import style from '../.oxfmtrc.json' with { type: 'json' }

export const MINIMAL = new URL('minimal.yaml', import.meta.url)

const CHART = fileURLToPath(new URL('../charts/runnel', import.meta.url))

/** The namespace comes first, since the objects are made in this order. */
const HEADER = `\
# Runnel with the chart's default values, for \`kubectl apply -f\`. Written by \`make manifests\`; changes go to
# charts/runnel. No registry holds the image: build it, push it to yours, and name that below.
apiVersion: v1
kind: Namespace
metadata:
  name: runnel
  labels:
    # Every pod here meets the strictest of the Pod Security Standards.
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/enforce-version: latest
`

/** They say who installed an object: Helm would take it for its own, and nobody else would upgrade it. */
const LABELS_OF_HELM = ['app.kubernetes.io/managed-by', 'helm.sh/chart']

const run = promisify(execFile)

/** The chart with its default values, as people apply it who have no Helm. */
export async function renderMinimal(helm: string): Promise<string> {
  const { stdout } = await run(helm, [
    'template',
    'runnel',
    CHART,
    '--namespace=runnel',
    '--skip-tests',
    // Else each helm takes the version it was built for.
    '--kube-version=1.37.0',
  ])
  const text = [HEADER, ...objectsOf(stdout)].join('---\n')
  // As the formatter would have it, or the formatter and the check would never agree.
  const { code, errors } = await format('minimal.yaml', text, style)
  for (const error of errors) throw new Error(`minimal.yaml: ${error.message}`)
  return code
}

/** Each parsed and written anew, since versions of Helm differ in blank lines. */
function objectsOf(rendered: string): string[] {
  // In the YAML of kubectl a plain `off` is no text.
  const documents = parseAllDocuments(rendered.replaceAll(/^# Source: .*\n/gm, ''), {
    version: '1.1',
  })
  return [...documents].map((object) => {
    const [error] = object.errors
    if (error !== undefined) throw error
    for (const label of LABELS_OF_HELM) object.deleteIn(['metadata', 'labels', label])
    // The chart quotes whatever a user may name. Here the names are known, and few need it.
    visit(object, { Scalar: (_, scalar) => void (scalar.type = 'PLAIN') })
    return object.toString({ directives: false, lineWidth: 0 })
  })
}
