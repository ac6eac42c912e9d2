/** A request that was answered lately. It survives structured clone, so that any process answers about it. */
export interface RecentRequest {
  readonly requestId: string
  /** When its last byte was sent or its connection was cut, in milliseconds since 1970. */
  readonly at: number
  readonly milliseconds: number
  readonly method: string
  /** Path and query as they were sent, without signatures and tokens. */
  readonly target: string
  readonly operation?: string | undefined
  readonly bucket?: string | undefined
  readonly key?: string | undefined
  readonly accessKeyId?: string | undefined
  readonly remoteAddress: string
  readonly userAgent: string
  readonly status: number
  /** The code of the answer, and the row of the catalogue that it comes from. */
  readonly code?: string | undefined
  readonly cause?: string | undefined
  readonly bytesReceived: number
  readonly bytesSent: number
  /** The answer to a request whose signature did not match, which contains what the server signed. */
  readonly document?: string | undefined
}
