/** Notifications of S3, of which Bindery makes none: the empty configuration is the only one. */
import { handler } from '../../call.js'

/** The handlers of notifications. */
export const notificationHandlers = [
  handler('PutBucketNotificationConfiguration', () => ({ output: {} })),
  handler('GetBucketNotificationConfiguration', () => ({ output: {}, result: {} })),
] as const
