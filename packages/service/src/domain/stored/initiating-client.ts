/** The client that initiated an upload, as its request showed it. */
export interface InitiatingClient {
  /** The permanent key, also where a session of the console signed; absent: the request was anonymous. */
  readonly accessKeyId?: string
  readonly remoteAddress: string
  /** At most 256 characters. */
  readonly userAgent?: string
}
