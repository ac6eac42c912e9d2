import type { Query } from '@bindery/protocol'
import type { ServiceRequest } from '../service.js'

/** The circumstances of a request that a decision may depend on. */
export interface Conditions {
  readonly request: Pick<ServiceRequest, 'scheme' | 'headers' | 'remoteAddress'>
  readonly query: Query
  /** Milliseconds since 1970: the time by which all of the request is judged. */
  readonly now: number
}
