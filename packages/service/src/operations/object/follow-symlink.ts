import { type Awaitable, andThen } from '@bindery/storage'
import type { Domain } from '../../domain/domain.js'
import type { OpenObject } from '../../domain/objects/open-object.js'
import { openTarget } from '../../domain/objects/symlinks.js'
import type { Scope } from '../../domain/scope.js'
import type { ObjectName } from '../../domain/stored/model.js'

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
): Awaitable<T | OpenObject> {
  const { domain, scope, objectName } = call
  const { target } = object.record
  if (target === undefined) return object
  const { bucket } = objectName
  return andThen(call.authorise({ bucket, key: target }), () =>
    openTarget(domain, scope, objectName, { ...object.record, target }),
  )
}
