import { appendObject, sealAppendObject } from './append-object.js'
import { copyObject } from './copy-object.js'
import { deleteMultipleObjects } from './delete-multiple-objects.js'
import { deleteObject } from './delete-object.js'
import { explainObject } from './explain-object.js'
import { getObject } from './get-object.js'
import { getObjectAcl } from './get-object-acl.js'
import { getObjectMeta } from './get-object-meta.js'
import { headObject } from './head-object.js'
import { getObjectLegalHold, getObjectRetention, putObjectLegalHold, putObjectRetention } from './holds.js'
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './object-tagging.js'
import { optionObject } from './option-object.js'
import { postObject } from './post-object.js'
import { processObject } from './process-object.js'
import { putObject } from './put-object.js'
import { putObjectAcl } from './put-object-acl.js'
import { cleanRestoredObject, restoreObject } from './restore-object.js'
import { createSelectObjectMeta, selectObject } from './select-object.js'
import { getSymlink, putSymlink } from './symlink.js'

/** Operations on objects, in the order of the official reference; extensions last. */
export const objectOperations = [
  optionObject,
  putObject,
  postObject,
  getObject,
  copyObject,
  appendObject,
  sealAppendObject,
  headObject,
  getObjectMeta,
  deleteObject,
  deleteMultipleObjects,
  putObjectAcl,
  getObjectAcl,
  putObjectTagging,
  getObjectTagging,
  deleteObjectTagging,
  putObjectRetention,
  getObjectRetention,
  putObjectLegalHold,
  getObjectLegalHold,
  putSymlink,
  getSymlink,
  restoreObject,
  cleanRestoredObject,
  selectObject,
  createSelectObjectMeta,
  processObject,
  explainObject,
] as const
