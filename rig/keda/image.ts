import { makeProgramImage } from '../build/program-image.ts'
import { KEDA_ADAPTER, KEDA_OPERATOR, KEDA_TOOLS, KEDA_VERSION } from './tools.ts'

/** Holds both programs of KEDA, where KEDA's own manifests expect them. */
export const KEDA_IMAGE = `localhost/keda:${KEDA_VERSION}`

const DOCKERFILE = `FROM scratch
COPY ${KEDA_OPERATOR.name} /keda
COPY ${KEDA_ADAPTER.name} /keda-adapter
USER 65532
`

/** Builds the image from programs that are built already. Resolves to the outcome. */
export async function makeKedaImage(): Promise<string> {
  const image = { name: KEDA_IMAGE, programs: KEDA_TOOLS, dockerfile: DOCKERFILE }
  return makeProgramImage('keda-image', image)
}
