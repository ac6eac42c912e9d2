import type { Query, Reading } from '@bindery/protocol'
import type { Requester } from './requester.js'

/** What the signature of a request may cover. */
export interface SignedRequest {
  readonly method: string
  readonly query: Query
  /** Names in lower case, values byte strings; `host` among them. */
  readonly headers: Readonly<Record<string, string>>
}

/** Who asks, and what for. */
export interface Authenticated {
  readonly requester: Requester
  readonly reading: Reading
  readonly dialect: 'oss'
}

/** Throws a cause of the catalogue's authentication rows. The first of the readings counts where no signature decides. */
export type Authenticate = (request: SignedRequest, readings: readonly [Reading, ...Reading[]]) => Authenticated
