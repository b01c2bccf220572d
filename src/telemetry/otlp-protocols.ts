/** Of OTLP, in the order of the specification. */
export const OTLP_PROTOCOLS = ['grpc', 'http/protobuf', 'http/json'] as const
export type OtlpProtocol = (typeof OTLP_PROTOCOLS)[number]
