/** The part of a server's folder, its failures and digests that other programs on its machine use. It loads nothing of what serves. */
export { nodeDigests } from './digests.js'
export { Failure, type FailureDetails, type FailureKind } from './failure.js'
export { findServer } from './folder/lock.js'
export { requireRootKey } from './folder/read-root-key.js'
export { nearest } from './nearest.js'
