import { utf8Bytes } from '@bindery/bytes'
import type { Awaitable, LentBytes } from '@bindery/storage'
import type { Domain } from '../domain/domain.js'
import type { Subscription } from '../domain/events.js'
import type { RecentRequest } from '../recent-request.js'
import { ownedBytes } from '../response/lent-stream.js'
import type { LentBody } from '../service.js'

/** Between two looks at the requests of all processes. */
const EVERY_MS = 250
/** Looks without a request after which a beat is sent: 15 seconds. */
const LOOKS_PER_BEAT = 60
/** The requests of processes do not arrive in the order of their times: those of the last second are read again. */
const OVERLAP_MS = 1_000
/** At least as many as one process remembers: some between two looks may be lost. */
const SKIPPED_FROM = 1_000

/** The requests that a feed sends. */
export interface RequestFeedOptions {
  readonly domain: Pick<Domain, 'sleep' | 'events'>
  /** Requests of all processes that were answered at that time or later. */
  readonly recentRequests: (since: number) => Awaitable<readonly RecentRequest[]>
  /** Milliseconds since 1970. */
  readonly since: number
  readonly isWanted: (request: RecentRequest) => boolean
  readonly shown: (request: RecentRequest) => object
  /** Whether the listener may still see them. */
  readonly isAllowed: () => Promise<boolean>
}

/**
 * The requests that a server answers, as server-sent events. Processes do not report their requests: this reads them four times a
 * second while someone listens, so that a busy server does nothing more for them than remembering. Each time the listener must still be allowed.
 */
export class RequestFeed implements LentBody {
  readonly #options: RequestFeedOptions
  readonly #subscription: Subscription
  #isOver = false

  constructor(options: RequestFeedOptions) {
    this.#options = options
    this.#subscription = options.domain.events.bus.subscribe(({ type }) => {
      if (type === 'stopping') this.#end()
    })
  }

  async close(): Promise<void> {
    this.#end()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LentBytes> {
    const { domain, recentRequests, isWanted, shown, isAllowed } = this.#options
    yield piece(': listening\n\n')
    let { since } = this.#options
    let sent = new Set<string>()
    let isFirst = true
    for (let quiet = 0; !this.#isOver; quiet += 1) {
      const found = await recentRequests(since)
      if (!(await isAllowed())) return
      const fresh = found.filter(({ requestId }) => !sent.has(requestId)).sort((one, other) => one.at - other.at)
      since = Math.max(since, (fresh.at(-1)?.at ?? 0) - OVERLAP_MS)
      sent = new Set(found.filter(({ at }) => at >= since).map(({ requestId }) => requestId))
      const lines = fresh.filter(isWanted).map((request) => frame('request', shown(request)))
      if (!isFirst && fresh.length >= SKIPPED_FROM) lines.unshift(frame('skipped', {}))
      if (lines.length === 0 && quiet >= LOOKS_PER_BEAT) lines.push(': beat\n\n')
      if (lines.length > 0) {
        quiet = 0
        yield piece(lines.join(''))
      }
      isFirst = false
      await domain.sleep(EVERY_MS)
    }
  }

  #end(): void {
    this.#isOver = true
    this.#subscription.end()
  }
}

function piece(text: string): LentBytes {
  return ownedBytes(utf8Bytes(text))
}

/** JSON has no line breaks of its own. */
function frame(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
