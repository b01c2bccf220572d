import { CertificateRotation } from '../../src/controller/metrics-api/certificates/certificate-rotation.ts'
import { MetricsRegistration, SECRET_KEY, SERVICE } from './metrics-registration.ts'

const MINUTE = 60_000

/** Clocks that tests move. */
export class Time {
  uptime = 0
  wall = Date.UTC(2026, 10, 26)

  pass(duration: number): void {
    this.uptime += duration
    this.wall += duration
  }
}

export class Replica {
  /** How far its wall clock is off. */
  skew = 0
  readonly lines: unknown[] = []
  readonly #time: Time
  readonly #registration: MetricsRegistration
  #rotation: CertificateRotation
  mayWrite = true

  constructor(time: Time, registration: MetricsRegistration) {
    this.#time = time
    this.#registration = registration
    this.#rotation = this.#create()
  }

  get authority(): string | undefined {
    return this.#rotation.certificate?.authority
  }

  get certificate() {
    return this.#rotation.certificate
  }

  get registration() {
    return this.#rotation.registration
  }

  restart(): void {
    this.#rotation = this.#create()
  }

  async advance(): Promise<boolean> {
    return this.#rotation.advance()
  }

  #create(): CertificateRotation {
    const note = (...line: unknown[]) => {
      this.lines.push(line)
    }
    return new CertificateRotation({
      cluster: this.#registration,
      service: SERVICE,
      secret: SECRET_KEY,
      mayWrite: () => this.mayWrite,
      logger: { info: note, warn: note },
      clocks: { now: () => this.#time.wall + this.skew, uptime: () => this.#time.uptime },
    })
  }
}

export function startReplicas(count = 1) {
  const time = new Time()
  const registration = new MetricsRegistration()
  const replicas = Array.from({ length: count }, () => new Replica(time, registration))
  const emptySecret = () => {
    registration.put({ metadata: SECRET_KEY })
  }
  return { time, registration, replicas, replica: replicas[0]!, emptySecret }
}

/** The running rotation looks more often. */
export async function keepLooking(
  time: Time,
  replicas: readonly Replica[],
  duration: number,
  interval = MINUTE,
) {
  for (let passed = 0; passed < duration; passed += interval) {
    for (const replica of replicas) await replica.advance()
    time.pass(interval)
  }
}
