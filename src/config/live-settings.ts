import type { Config } from './config.ts'

/** The settings that the capacity file may change while the service runs. Times are in milliseconds. */
export interface LiveSettings {
  readonly maxStreams: number
  readonly maxAge: number
  readonly heartbeat: number
  readonly retry: number
  /** Streams of one principal, in the whole fleet. */
  readonly perPrincipal: number
  readonly historyEvents: number
  readonly historyAge: number
  readonly drainWindow: number
}

/** What a capacity file sets; the rest is left to flags and variables. */
export type CapacityFile = { readonly [Key in keyof LiveSettings]?: LiveSettings[Key] | undefined }

const DEFAULT_PER_PRINCIPAL = 50

/** The settings in force: the file beats what the process was started with. */
export function liveSettings(config: Config, file: CapacityFile = {}): LiveSettings {
  return {
    maxStreams: file.maxStreams ?? config.maxStreams,
    maxAge: file.maxAge ?? config.maxAge,
    heartbeat: file.heartbeat ?? config.heartbeat,
    retry: file.retry ?? config.retry,
    perPrincipal: file.perPrincipal ?? DEFAULT_PER_PRINCIPAL,
    historyEvents: file.historyEvents ?? config.historyEvents,
    historyAge: file.historyAge ?? config.historyAge,
    drainWindow: file.drainWindow ?? config.drainWindow,
  }
}
