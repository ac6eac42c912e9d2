import type { Awaitable } from '@bindery/storage'
import type { Access } from './access/access.js'
import type { Domain } from './domain/domain.js'
import type { ServiceOptions } from './options.js'
import type { RequestHead, ServiceRequest, ServiceResponse } from './service.js'

/** From request to response; never throws or rejects: every failure is a response. */
export type Handle = (request: ServiceRequest) => Awaitable<ServiceResponse>

/** Everything that the surfaces of a service share. */
export interface Shared {
  readonly options: ServiceOptions
  readonly domain: Domain
  readonly access: Access
}

/**
 * One of the APIs behind a server's port, with requests, signatures and errors of its own. Dialects are not surfaces: they
 * are ways to speak to the object store.
 */
export interface Surface {
  readonly name: string
  /** Whether a request is meant for it, by the head alone. Called before a path is taken for a bucket and a key. */
  serves(head: RequestHead, options: ServiceOptions): boolean
  /** Called once for a service. */
  createHandle(shared: Shared): Handle
}

/** At least one surface; the last takes what no other serves. */
export type Surfaces = readonly [...Surface[], Surface]
