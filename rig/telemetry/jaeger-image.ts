import { makeProgramImage } from '../build/program-image.ts'
import { JAEGER, JAEGER_VERSION } from './tools.ts'

/** Replaces the image in `manifests/jaeger.yaml`, which cannot be pulled. */
export const JAEGER_IMAGE = `localhost/jaeger:${JAEGER_VERSION}`

/** Arguments of a container go to Jaeger, as with the image that it replaces. */
const DOCKERFILE = `FROM scratch
COPY ${JAEGER.name} /jaeger
USER 10001
ENTRYPOINT ["/jaeger"]
`

/** Builds the image from the program, which is built already. Resolves to the outcome. */
export async function makeJaegerImage(): Promise<string> {
  const image = { name: JAEGER_IMAGE, programs: [JAEGER], dockerfile: DOCKERFILE }
  return makeProgramImage('jaeger-image', image)
}
