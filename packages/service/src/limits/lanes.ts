/**
 * The limits of bandwidth and requests that buckets set for all requesters together, and for single ones. Each process keeps to
 * its share of them.
 */
import { OssError, type QosLimits } from '@bindery/protocol'
import type { Requester } from '../access/requester.js'
import { Lane } from './lane.js'

/** The settings of a bucket that limit it. */
export interface LimitSettings {
  readonly qosInfo?: QosLimits | undefined
  readonly requesterQosInfo?: { readonly requesters: readonly RequesterLimits[] } | undefined
}

interface RequesterLimits {
  /** The id of an account or a user. */
  readonly requester: string
  readonly configuration: QosLimits
}

/** A request as limits see it. */
export interface LimitedRequest {
  readonly bucket: string
  readonly requester: Requester
  /** The host that the client named. */
  readonly host: string
  readonly settings: LimitSettings
}

/** The direction of bytes, as their client sees it. */
export type Direction = 'Upload' | 'Download'

const BYTES_PER_GIGABIT = 1e9 / 8
/** When there are as many, all begin again, which grants each a burst. */
const LANES_MAX = 10_000
/** The first requests of a bucket come as after a pause. */
const REQUESTS_IDLE_MS = 1_000
/** Internal endpoints have limits of their own, as public ones have. */
const INTERNAL = /-internal\./

/** The rates of the buckets of one process. */
export class Lanes {
  readonly #clock: () => number
  readonly #processes: () => number
  readonly #lanes = new Map<string, Lane>()

  /** `processes`: how many share each limit now. */
  constructor(clock: () => number, processes: () => number = () => 1) {
    this.#clock = clock
    this.#processes = processes
  }

  /** Counts a request. Throws totalQpsLimitExceeded. */
  admit(request: LimitedRequest): void {
    for (const lane of this.#lanesOf(request, 'Qps', 1, REQUESTS_IDLE_MS)) {
      if (!lane.admits()) throw new OssError('totalQpsLimitExceeded')
    }
  }

  /** The lanes of bytes per second on which the bytes of a request move. Throws uploadRateExceeded, downloadRateExceeded where one admits nothing. */
  ofBytes(request: LimitedRequest, direction: Direction): readonly Lane[] {
    const lanes = this.#lanesOf(request, `${direction}Bandwidth`, BYTES_PER_GIGABIT)
    if (lanes.some(({ perSecond }) => perSecond === 0)) {
      throw new OssError(direction === 'Upload' ? 'uploadRateExceeded' : 'downloadRateExceeded')
    }
    return lanes
  }

  #lanesOf(request: LimitedRequest, kind: Kind, unit: number, idleMs = 0): readonly Lane[] {
    const side = INTERNAL.test(request.host) ? 'intranet' : 'extranet'
    const counting = limitsOf(request).flatMap(({ name, limits }) =>
      (['total', side] as const).flatMap((scope) => {
        const limit = limits[`${scope}${kind}`]
        return limit < 0 ? [] : [{ name: `${name} ${scope}${kind}`, limit }]
      }),
    )
    if (counting.length === 0) return []
    const processes = this.#processes()
    return counting.map(({ name, limit }) => this.#lane(name, (limit * unit) / processes, idleMs))
  }

  #lane(name: string, perSecond: number, idleMs: number): Lane {
    const known = this.#lanes.get(name)
    if (known?.perSecond === perSecond) return known
    if (this.#lanes.size >= LANES_MAX) this.#lanes.clear()
    const fresh = new Lane(perSecond, this.#clock, idleMs)
    // processes come and go often: each change would grant another burst
    const lane = known === undefined ? fresh : fresh.continue(known)
    this.#lanes.set(name, lane)
    return lane
  }
}

type Kind = 'Qps' | `${Direction}Bandwidth`

/** The limits that bind a request: those of its bucket, of its account and of its user. */
function limitsOf({ bucket, requester, settings }: LimitedRequest) {
  const { qosInfo, requesterQosInfo } = settings
  const own = qosInfo === undefined ? [] : [{ name: bucket, limits: qosInfo }]
  if (requesterQosInfo === undefined || requester.kind === 'anonymous') return own
  const ids = [requester.account.id, requester.kind === 'account' ? undefined : requester.identity?.id]
  const others = requesterQosInfo.requesters.filter((one) => ids.includes(one.requester))
  return [...own, ...others.map((one) => ({ name: `${bucket} ${one.requester}`, limits: one.configuration }))]
}
