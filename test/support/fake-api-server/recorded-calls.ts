import type { ApiCall, ApiObserver, WatchEnd } from '../../../src/controller/kube/api-call.ts'

/** Remembers what the client of a cluster tells of itself. */
export class RecordedCalls implements ApiObserver {
  readonly calls: { readonly call: ApiCall; readonly status: number | undefined }[] = []
  readonly watchEnds: WatchEnd[] = []

  answered(call: ApiCall, status: number | undefined): void {
    this.calls.push({ call, status })
  }

  watchEnded(_call: ApiCall, end: WatchEnd): void {
    this.watchEnds.push(end)
  }
}
