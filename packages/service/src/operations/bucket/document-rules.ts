import { OssError } from '@bindery/protocol'
import { CompiledPolicy } from '../../access/policy/compile.js'
import { PolicyFault, parsePolicy } from '../../access/policy/grammar.js'
import { readBucketIfAny } from '../../domain/buckets/buckets.js'
import { readPublicAccessBlock } from '../../domain/buckets/public-access.js'
import { readRetentionMs } from '../../domain/buckets/worm.js'
import { newId } from '../../domain/domain.js'
import { readDocument } from '../../domain/stored/documents.js'
import type { DocumentRules } from './documents.js'

/** Rules of documents beyond their declarations: ids, the time, and other contents of the store. */
export const documentRules: DocumentRules = {
  lifecycle: ({ rules }, { domain }) => ({ rules: rules.map((rule) => ({ ...rule, id: rule.id || newId(domain) })) }),

  /** No tags are the same as none that were set. */
  tagging: (tagging) => (tagging.tagSet.tags.length === 0 ? undefined : tagging),

  accessmonitor: async (setting, { domain, tx, bucket }) => {
    const before = await readDocument(tx, bucket, 'accessmonitor')
    if (setting.status === before?.status) return before
    return setting.status === 'Enabled' ? { ...setting, enabledAt: domain.clock() } : setting
  },

  logging: async (status, { domain, tx, bucket }) => {
    const { targetBucket } = status.loggingEnabled ?? {}
    const target = targetBucket === undefined ? bucket : await readBucketIfAny(domain, tx, targetBucket)
    if (target?.owner !== bucket.owner) throw new OssError('invalidTargetBucketForLogging')
    return status
  },

  objectWorm: async (worm, { domain, tx, bucket }) => {
    const isPossible = bucket.versioning === 'Enabled' && (await readRetentionMs(domain, tx, bucket)) === 0
    if (!isPossible) throw new OssError('objectWormNotPossible')
    return worm
  },

  policy: async (text, { tx, bucket }) => {
    const { isPublic } = compilePolicy(text)
    if (isPublic && (await readPublicAccessBlock(tx, bucket))) throw new OssError('publicPolicyBlocked')
    return text
  },
}

function compilePolicy(text: string): CompiledPolicy {
  try {
    return new CompiledPolicy(parsePolicy('bucket', text))
  } catch (error) {
    if (error instanceof PolicyFault) throw new OssError('invalidPolicyDocument', { why: error.message })
    throw error
  }
}
