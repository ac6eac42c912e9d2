import type { AdminHandlers } from '../context.js'
import { accountHandlers } from './accounts.js'
import { attachmentHandlers } from './attachments.js'
import { clusterHandlers } from './cluster.js'
import { explainHandlers } from './explain-access.js'
import { groupHandlers } from './groups.js'
import { metricsHandlers } from './metrics.js'
import { policyHandlers } from './policies.js'
import { requestHandlers } from './requests.js'
import { roleHandlers } from './roles.js'
import { serverHandlers } from './server.js'
import { trailHandlers } from './trail.js'
import { userHandlers } from './users.js'

/** The behaviour of every operation of the admin interface. */
export const ADMIN_HANDLERS: AdminHandlers = {
  ...accountHandlers,
  ...userHandlers,
  ...groupHandlers,
  ...roleHandlers,
  ...policyHandlers,
  ...attachmentHandlers,
  ...explainHandlers,
  ...serverHandlers,
  ...requestHandlers,
  ...metricsHandlers,
  ...trailHandlers,
  ...clusterHandlers,
}
