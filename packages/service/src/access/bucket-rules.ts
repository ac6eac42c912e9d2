import type { BucketSettings } from '@bindery/protocol'
import { type Awaitable, andThen, type Reader, together } from '@bindery/storage'
import { readBucketIfAny } from '../domain/buckets/buckets.js'
import { readPublicAccessBlock } from '../domain/buckets/public-access.js'
import type { Domain } from '../domain/domain.js'
import { readDocument } from '../domain/stored/documents.js'
import type { BucketRecord } from '../domain/stored/model.js'
import type { BucketRules } from './authoriser.js'
import { readsBucketTags } from './conditions.js'
import { CompiledPolicy } from './policy/compile.js'
import { parsePolicy } from './policy/grammar.js'
import type { RefererRules } from './referer.js'
import { accountOf, attachedPolicies, type Requester } from './requester.js'

/** Compiled policies that are kept. */
const COMPILED_MAX = 256

/** Looks up what is set on buckets about access, where it may matter. */
export class BucketRuleBook {
  readonly #domain: Domain
  readonly #compiled = new Map<string, CompiledPolicy>()

  constructor(domain: Domain) {
    this.#domain = domain
  }

  /** The rules of a bucket; undefined, at once, for its owner where none that bind the owner are set. */
  find(requester: Requester, bucket: BucketRecord): Awaitable<BucketRules | undefined> {
    const { documents = {} } = bucket
    const isOwner = accountOf(requester)?.id === bucket.owner
    const asksAboutTags = attachedPolicies(requester).some(({ policy }) => policy.asksAbout(readsBucketTags))
    if (isOwner && !('policy' in documents || 'referer' in documents || asksAboutTags)) return undefined
    return this.#domain.metadata.read((reader) =>
      // what the record listed may have changed since it was read
      andThen(
        readBucketIfAny(this.#domain, reader, bucket.name),
        (current) => current && this.#read(reader, current, asksAboutTags),
      ),
    )
  }

  #read(reader: Reader, bucket: BucketRecord, asksAboutTags: boolean): Awaitable<BucketRules> {
    const settings = together(
      readDocument(reader, bucket, 'policy'),
      readDocument(reader, bucket, 'referer'),
      readDocument(reader, bucket, 'requestPayment'),
      readPublicAccessBlock(reader, bucket),
    )
    return andThen(settings, ([text, referer, payment, blocksPublicAccess]) => {
      const policy = text === undefined ? undefined : this.#compile(text)
      const needsTags = asksAboutTags || policy?.asksAbout(readsBucketTags) === true
      return andThen(needsTags ? readDocument(reader, bucket, 'tagging') : undefined, (tagging) => ({
        policy,
        blocksPublicAccess,
        requesterPays: payment?.payer === 'Requester',
        referers: referer && refererRules(referer),
        tags: tagging?.tagSet.tags.map(({ key, value }) => [key, value] as const),
      }))
    })
  }

  #compile(text: string): CompiledPolicy {
    const known = this.#compiled.get(text)
    if (known !== undefined) return known
    const policy = new CompiledPolicy(parsePolicy('bucket', text))
    if (this.#compiled.size === COMPILED_MAX) this.#compiled.clear()
    this.#compiled.set(text, policy)
    return policy
  }
}

function refererRules(config: BucketSettings['referer']): RefererRules {
  return {
    allowEmpty: config.allowEmptyReferer,
    truncateQuery: config.allowTruncateQueryString,
    truncatePath: config.truncatePath,
    allowed: config.refererList.referers,
    refused: config.refererBlacklist?.referers ?? [],
  }
}
