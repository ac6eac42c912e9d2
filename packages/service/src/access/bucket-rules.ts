import type { BucketSettings } from '@bindery/protocol'
import { type Awaitable, andThen, type Reader, together } from '@bindery/storage'
import { type AccessPoint, requirePoint } from '../domain/buckets/access-points.js'
import type { ReadMore } from '../domain/buckets/buckets.js'
import { readPublicAccessBlock } from '../domain/buckets/public-access.js'
import { readEdition } from '../domain/ram/changes.js'
import { readDocument } from '../domain/stored/documents.js'
import type { BucketRecord } from '../domain/stored/model.js'
import { readsBucketTags } from './conditions.js'
import { PolicyCache } from './policy/cache.js'
import type { AccessPointRules, BucketRules } from './question.js'
import { RefererPattern, type RefererRules } from './referer.js'
import { attachedPolicies, editionOf, type Requester } from './requester.js'

/** Rows that are read with a bucket because a decision may depend on them. */
export interface ReadForAccess {
  readonly rules: BucketRules | undefined
  /** The edition of the requester's account; undefined where the requester's permissions cannot change. */
  readonly edition: number | undefined
}

/** There is nothing to read. */
export const NOTHING_READ: ReadForAccess = { rules: undefined, edition: undefined }

/** Reads nothing but the edition of the requester's permissions, for what is open to everyone. */
export function readOnlyEdition(requester: Requester): ReadMore<ReadForAccess> {
  return (reader) => andThen(readEditionFor(reader, requester), (edition) => ({ rules: undefined, edition }))
}

/** The edition that a requester's permissions depend on, if they do. */
function readEditionFor(reader: Reader, requester: Requester): Awaitable<number | undefined> {
  if (requester.kind === 'anonymous' || editionOf(requester) === undefined) return undefined
  return readEdition(reader, requester.account.id)
}

/** Reads the settings of buckets about access, where they may matter, and keeps compiled policies. */
export class BucketRuleBook {
  readonly #policies = new PolicyCache('bucket')

  /**
   * Reads the rules that may bind a requester, and the edition of its permissions, from the state in which the bucket's
   * record was found. Nothing, at once, for an owner whose bucket has no such rules. `accessPoint`: the name of the one
   * that the request came by; its reading throws noSuchAccessPoint.
   */
  readFor(requester: Requester, accessPoint?: string): ReadMore<ReadForAccess> {
    const asksAboutTags = attachedPolicies(requester).some(({ policy }) => policy.asksAbout(readsBucketTags))
    return (reader, bucket) => {
      const { documents = {} } = bucket
      const isOwner = requester.kind === 'account' && requester.account.id === bucket.owner
      if (accessPoint === undefined && isOwner && !('policy' in documents || 'referer' in documents)) {
        return editionOf(requester) === undefined ? NOTHING_READ : readOnlyEdition(requester)(reader, bucket)
      }
      const rules = this.#read(reader, bucket, asksAboutTags)
      const all = accessPoint === undefined ? rules : this.#withPoint(reader, bucket, accessPoint, rules)
      const both = together(all, readEditionFor(reader, requester))
      return andThen(both, ([rules, edition]) => ({ rules, edition }))
    }
  }

  #withPoint(
    reader: Reader,
    bucket: BucketRecord,
    name: string,
    rules: Awaitable<BucketRules>,
  ): Awaitable<BucketRules> {
    return andThen(together(rules, readDocument(reader, bucket, 'accessPoint')), ([ofBucket, document]) => {
      const accessPoint = this.#rulesOf(requirePoint(document?.accessPoints ?? [], name))
      const blocksPublicAccess = ofBucket.blocksPublicAccess === true || accessPoint.blocksPublicAccess
      return { ...ofBucket, blocksPublicAccess, accessPoint }
    })
  }

  #rulesOf({ accessPointName: name, policy, networkOrigin, blocksPublicAccess = false }: AccessPoint) {
    const compiled = policy === undefined ? undefined : this.#policies.get(policy)
    return { name, policy: compiled, networkOrigin, blocksPublicAccess } satisfies AccessPointRules
  }

  #read(reader: Reader, bucket: BucketRecord, asksAboutTags: boolean): Awaitable<BucketRules> {
    const settings = together(
      readDocument(reader, bucket, 'policy'),
      readDocument(reader, bucket, 'referer'),
      readDocument(reader, bucket, 'requestPayment'),
      readPublicAccessBlock(reader, bucket),
    )
    return andThen(settings, ([text, referer, payment, blocksPublicAccess]) => {
      const policy = text === undefined ? undefined : this.#policies.get(text)
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
}

/** Rules by their document, which requests share while it stays the same. */
const prepared = new WeakMap<BucketSettings['referer'], RefererRules>()

function refererRules(config: BucketSettings['referer']): RefererRules {
  const known = prepared.get(config)
  if (known !== undefined) return known
  const patterns = (texts: readonly string[] = []) => texts.map((text) => new RefererPattern(text))
  const rules = {
    allowEmpty: config.allowEmptyReferer,
    truncateQuery: config.allowTruncateQueryString,
    truncatePath: config.truncatePath,
    allowed: patterns(config.refererList.referers),
    refused: patterns(config.refererBlacklist?.referers),
  }
  prepared.set(config, rules)
  return rules
}
