import type { ObjectKey } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Domain } from '../../domain/domain.js'
import type { OpenObject } from '../../domain/objects/open-object.js'
import { findDirectRead, requireReadable } from '../../domain/objects/restore.js'
import { openTarget } from '../../domain/objects/symlinks.js'
import type { Scope } from '../../domain/scope.js'
import type { BucketRecord, ObjectName, ObjectRecord } from '../../domain/stored/model.js'

/** The part of a call that is needed to read its object. */
interface Reading {
  readonly domain: Domain
  readonly scope: Scope
  readonly objectName: ObjectName
  authorise(name: ObjectName): Awaitable<void>
}

/**
 * The object that a call reads; if it is a symlink, its target, which the requester must be allowed to read as well.
 * Throws symlinkTargetNotExist, invalidTargetType and the causes of access.
 */
export function followSymlink<T extends Pick<OpenObject, 'record'>>(
  call: Reading,
  object: T,
  check?: (target: ObjectRecord) => void,
): Awaitable<T | OpenObject> {
  const { domain, scope, objectName } = call
  const { target } = object.record
  if (target === undefined) return object
  const { bucket } = objectName
  return andThen(call.authorise({ bucket, key: target }), () =>
    openTarget(domain, scope, objectName, { ...object.record, target }, check),
  )
}

/** The part of a call that is needed to read the bytes of its object. */
interface ReadingBytes extends Reading {
  readonly bucket: BucketRecord
  readonly openObject: OpenObject
}

/**
 * The object whose bytes a call reads, as `followSymlink` finds it. `onRead` is called for it, and for the symlink that
 * leads to it. Throws invalidObjectState as well.
 */
export function readableObject(
  call: ReadingBytes,
  onRead?: (key: ObjectKey, record: ObjectRecord) => void,
): Awaitable<OpenObject> {
  const { domain, bucket, openObject, objectName } = call
  return andThen(findDirectRead(domain, bucket), (isDirectlyRead) => {
    const check = (key: ObjectKey, record: ObjectRecord): void => {
      requireReadable(record, domain.clock, isDirectlyRead)
      onRead?.(key, record)
    }
    const { target = objectName.key } = openObject.record
    check(objectName.key, openObject.record)
    return followSymlink(call, openObject, (record) => check(target, record))
  })
}
