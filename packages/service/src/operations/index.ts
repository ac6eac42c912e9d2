import { byName, type HandledName } from '@bindery/protocol'
import type { NamedHandler } from '../call.js'
import { bucketHandlers } from './bucket/index.js'
import { multipartHandlers } from './multipart/index.js'
import { objectHandlers } from './object/index.js'
import { serviceHandlers } from './service/index.js'

/** A handler for each operation that has one: a missing, a surplus or a wrongly typed one does not compile. */
export type Handlers = { readonly [N in HandledName]: NamedHandler<N> }

/** All handlers, by the name of their operation. */
export const handlers = byName([
  ...serviceHandlers,
  ...bucketHandlers,
  ...objectHandlers,
  ...multipartHandlers,
]) satisfies Handlers
