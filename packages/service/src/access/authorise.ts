import { OssError } from '@bindery/protocol'
import type { Requester } from './requester.js'

/** What an operation does to what it names, as the ACL step of OSS sees it: `none` is open to everyone, and the rest but `read` and `write` is management. */
export type Access = 'read' | 'write' | 'manageBucket' | 'manageService' | 'none'

/** What the ACL step looks at. `objectAcl` is undefined where there is no object, or the operation names none. */
export interface Target {
  readonly owner: string
  readonly bucketAcl: string
  readonly objectAcl?: string | undefined
}

/**
 * Allows, or throws the access-denied cause of what was refused.
 * The owner of the bucket may do everything; everyone else only what the ACL gives: an object's own ACL wins over its
 * bucket's in both directions, and no ACL opens management calls.
 * @see https://help.aliyun.com/document_detail/100676.html
 */
export function authorise(requester: Requester, access: Access, target: Target | undefined): void {
  if (access === 'none') return
  if (requester.kind === 'account') {
    if (target === undefined || target.owner === requester.account.id) return
  } else if (access === 'manageService') {
    throw new OssError('anonymousForbidden')
  }
  if (access === 'manageBucket' || target === undefined) {
    throw new OssError(requester.kind === 'anonymous' ? 'anonymousBucketDenied' : 'bucketNotYours')
  }
  if (!opens(effectiveAcl(target), access)) throw new OssError('deniedByAcl')
}

function effectiveAcl({ bucketAcl, objectAcl }: Target): string {
  return objectAcl === undefined || objectAcl === 'default' ? bucketAcl : objectAcl
}

function opens(acl: string, access: Access): boolean {
  if (acl === 'public-read-write') return access === 'read' || access === 'write'
  return acl === 'public-read' && access === 'read'
}
