/** Queues for pages that have an uploader only: `new UploadQueue(uploader)`. */
export type * from '../types/queue.js'
export { UploadQueue } from './queue.js'
