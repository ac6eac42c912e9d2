import { adminSurface } from './admin/admin.js'
import { consoleSurface } from './console/sign-in.js'
import { createPipeline } from './pipeline.js'
import { awsStsSurface } from './sts/aws-sts.js'
import { credentialsSurface } from './sts/credentials.js'
import { stsSurface } from './sts/sts.js'
import type { Handle, Shared, Surface, Surfaces } from './surface.js'

/** Buckets and objects. */
const objectStorage: Surface = { name: 'oss', serves: () => true, createHandle: createPipeline }

/** All surfaces of a server, in the order in which requests are offered to them. */
export const SURFACES: Surfaces = [
  adminSurface,
  consoleSurface,
  credentialsSurface,
  awsStsSurface,
  stsSurface,
  objectStorage,
]

/** Passes each request to the first surface that serves it. */
export function createDispatcher(surfaces: Surfaces, shared: Shared): Handle {
  const rows = surfaces.map((surface) => ({ surface, handle: surface.createHandle(shared) }))
  const others = rows.slice(0, -1)
  const last = rows.at(-1)?.handle as Handle
  return (request) => (others.find(({ surface }) => surface.serves(request, shared.options))?.handle ?? last)(request)
}
