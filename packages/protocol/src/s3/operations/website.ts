/** A bucket as a website, as S3 writes it. */
import { oneOf, text } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import type { BucketSettings } from '../../operations/bucket/settings.js'
import { bucketWebsite, failureStatus, nonEmpty } from '../../operations/bucket/website.js'
import { prefixText } from '../../operations/shared.js'
import { element, group, list, type MembersOf, maybe, optionalElement, xml } from '../../xml.js'
import { deleteDocument, getDocument, mapped, putDocument } from './document.js'

const RULES_MAX = 50

const protocol = optionalElement('Protocol', oneOf(['http', 'https'], 'malformedXml'))

const ruleMembers = {
  condition: maybe(
    'Condition',
    group('Condition', {
      keyPrefixEquals: optionalElement('KeyPrefixEquals', prefixText),
      httpErrorCodeReturnedEquals: optionalElement('HttpErrorCodeReturnedEquals', failureStatus),
    }),
  ),
  redirect: group('Redirect', {
    protocol,
    hostName: optionalElement('HostName', nonEmpty),
    replaceKeyPrefixWith: optionalElement('ReplaceKeyPrefixWith', text),
    replaceKeyWith: optionalElement('ReplaceKeyWith', text),
    httpRedirectCode: optionalElement('HttpRedirectCode', oneOf(['301', '302', '307'])),
  }),
}

type Website = BucketSettings['website']
type StoredRule = NonNullable<Website['routingRules']>['rules'][number]
type SentRule = MembersOf<typeof ruleMembers>

const members = {
  redirectAllRequestsTo: maybe(
    'RedirectAllRequestsTo',
    group('RedirectAllRequestsTo', { hostName: element('HostName', nonEmpty), protocol }),
  ),
  indexDocument: maybe('IndexDocument', group('IndexDocument', { suffix: element('Suffix', nonEmpty) })),
  errorDocument: maybe('ErrorDocument', group('ErrorDocument', { key: element('Key', nonEmpty) })),
  routingRules: maybe('RoutingRules', group('RoutingRules', { rules: list('RoutingRule', ruleMembers) })),
}

const website = mapped(xml('WebsiteConfiguration', members), {
  read(sent): Website {
    const { redirectAllRequestsTo, indexDocument, errorDocument, routingRules } = sent
    const others = [indexDocument, errorDocument, routingRules]
    if (redirectAllRequestsTo !== undefined) {
      if (others.some((one) => one !== undefined)) throw new OssError('malformedXml')
      return { redirectAllRequestsTo }
    }
    if (indexDocument === undefined) throw new OssError('malformedXml')
    if (indexDocument.suffix.includes('/')) throw new OssError('websiteSuffixInvalid')
    return {
      indexDocument: { suffix: indexDocument.suffix, supportSubDir: false, type: 0 },
      ...(errorDocument && { errorDocument: { key: errorDocument.key, httpStatus: '404' } }),
      ...(routingRules && { routingRules: { rules: storedRules(routingRules.rules) } }),
    }
  },
  write({ redirectAllRequestsTo, indexDocument, errorDocument, routingRules }) {
    const rules = routingRules?.rules.filter(isOfS3).map(sentRule) ?? []
    return { redirectAllRequestsTo, indexDocument, errorDocument, ...(rules.length > 0 && { routingRules: { rules } }) }
  },
})

function storedRules(rules: readonly SentRule[]): readonly StoredRule[] {
  if (rules.length > RULES_MAX) throw new OssError('websiteTooManyRules', { max: RULES_MAX })
  for (const { redirect } of rules) {
    const { replaceKeyWith, replaceKeyPrefixWith } = redirect
    if (replaceKeyWith !== undefined && replaceKeyPrefixWith !== undefined) throw new OssError('malformedXml')
  }
  return rules.map(({ condition, redirect }, index) => ({
    ruleNumber: index + 1,
    condition: { ...condition, includeHeaders: [] },
    redirect: { ...redirect, redirectType: 'External' as const, others: [] },
  }))
}

/** Whether S3 can express a rule; OSS's may also fetch from an origin, or have conditions on headers. */
function isOfS3({ condition, redirect, luaConfig }: StoredRule): boolean {
  const { includeHeaders, keySuffixEquals } = condition
  const isRedirect = redirect.redirectType === 'External' || redirect.redirectType === 'AliCDN'
  return isRedirect && includeHeaders.length === 0 && keySuffixEquals === undefined && luaConfig === undefined
}

function sentRule({ condition, redirect }: StoredRule): SentRule {
  const { keyPrefixEquals, httpErrorCodeReturnedEquals } = condition
  const { protocol, hostName, replaceKeyPrefixWith, replaceKeyWith, httpRedirectCode } = redirect
  const isConditional = keyPrefixEquals !== undefined || httpErrorCodeReturnedEquals !== undefined
  return {
    ...(isConditional && { condition: { keyPrefixEquals, httpErrorCodeReturnedEquals } }),
    redirect: { protocol, hostName, replaceKeyPrefixWith, replaceKeyWith, httpRedirectCode },
  }
}

/** The operations on a bucket's website. */
export const websiteOperations = [
  putDocument(bucketWebsite.put, {
    name: 'PutBucketWebsite',
    document: website,
    errors: ['websiteSuffixInvalid'],
  }),
  getDocument(bucketWebsite.get, { name: 'GetBucketWebsite', document: website }),
  deleteDocument(bucketWebsite.delete, 'DeleteBucketWebsite'),
] as const
