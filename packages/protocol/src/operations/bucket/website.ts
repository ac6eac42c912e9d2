import { badArgument, integer, matching, oneOf, orEmpty, text, truth } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { WEBSITE_HEADERS_MAX, WEBSITE_RULES_MAX } from '../../limits.js'
import {
  defaultedElement,
  element,
  group,
  groupOrEmpty,
  list,
  type MembersOf,
  maybe,
  optionalElement,
  others,
  storedOnly,
  texts,
  xml,
} from '../../xml.js'
import { bucketDocument } from '../document.js'
import { prefixText } from '../shared.js'

const bool = truth('malformedXml')
/** Any text but the empty one. */
export const nonEmpty = matching('text', /^.+$/s)
const headerName = matching('name of a header', /^[0-9A-Za-z-]{1,1024}$/)
const headerValue = matching('value of a header', /^[^\r\n]{0,1024}$/)
/** Prefixed to a key, it makes the URL of its origin. */
const originUrl = matching('URL that ends with a slash', /^https?:\/\/[^/\s].*\/$/s)

/** A failure that a redirection is for, such as 404 for a missing object. */
export const failureStatus = integer(400, 599)

const condition = {
  keyPrefixEquals: optionalElement('KeyPrefixEquals', prefixText),
  keySuffixEquals: optionalElement('KeySuffixEquals', prefixText),
  httpErrorCodeReturnedEquals: optionalElement('HttpErrorCodeReturnedEquals', orEmpty(failureStatus)),
  includeHeaders: list('IncludeHeader', {
    key: element('Key', headerName),
    equals: optionalElement('Equals', headerValue),
    startsWith: optionalElement('StartsWith', headerValue),
    endsWith: optionalElement('EndsWith', headerValue),
  }),
}

/** Clients write an empty element for what they do not set. */
const redirect = {
  redirectType: element('RedirectType', oneOf(['Mirror', 'External', 'AliCDN', 'Internal'])),
  protocol: optionalElement('Protocol', orEmpty(oneOf(['http', 'https']))),
  hostName: optionalElement('HostName', text),
  passQueryString: optionalElement('PassQueryString', orEmpty(bool)),
  replaceKeyWith: optionalElement('ReplaceKeyWith', text),
  replaceKeyPrefixWith: optionalElement('ReplaceKeyPrefixWith', text),
  enableReplacePrefix: optionalElement('EnableReplacePrefix', orEmpty(bool)),
  httpRedirectCode: optionalElement('HttpRedirectCode', orEmpty(oneOf(['301', '302', '307']))),
  mirrorUrl: optionalElement('MirrorURL', orEmpty(originUrl)),
  mirrorPassQueryString: optionalElement('MirrorPassQueryString', orEmpty(bool)),
  mirrorFollowRedirect: optionalElement('MirrorFollowRedirect', orEmpty(bool)),
  mirrorCheckMd5: optionalElement('MirrorCheckMd5', orEmpty(bool)),
  mirrorAllowHeadObject: optionalElement('MirrorAllowHeadObject', orEmpty(bool)),
  mirrorHeaders: maybe(
    'MirrorHeaders',
    group('MirrorHeaders', {
      passAll: optionalElement('PassAll', orEmpty(bool)),
      pass: texts('Pass', headerName),
      remove: texts('Remove', headerName),
      set: list('Set', { key: element('Key', headerName), value: element('Value', headerValue) }),
    }),
  ),
  /** Other settings of mirroring, which are only stored and returned. */
  others: others(/^Mirror(?!(URL|PassQueryString|FollowRedirect|CheckMd5|AllowHeadObject|Headers)$)/),
}

const routingRule = {
  ruleNumber: element('RuleNumber', integer(1, 2 ** 31 - 1)),
  condition: groupOrEmpty('Condition', condition),
  redirect: group('Redirect', redirect),
  luaConfig: maybe('LuaConfig', group('LuaConfig', { script: element('Script', text) })),
}

const rules = list('RoutingRule', routingRule)

/** At least one of the three parts is present. */
export const bucketWebsite = bucketDocument({
  noun: 'BucketWebsite',
  what: 'the index and error pages and the routing rules',
  subresource: 'website',
  document: xml('WebsiteConfiguration', {
    indexDocument: maybe(
      'IndexDocument',
      group('IndexDocument', {
        suffix: element('Suffix', text),
        supportSubDir: defaultedElement('SupportSubDir', bool, false),
        /** The answer to a key without a slash at its end: a redirection, a failure, or the page of that folder. */
        type: defaultedElement('Type', integer(0, 2), 0),
      }),
    ),
    errorDocument: maybe(
      'ErrorDocument',
      group('ErrorDocument', {
        key: element('Key', text),
        httpStatus: defaultedElement('HttpStatus', oneOf(['200', '404']), '404'),
      }),
    ),
    routingRules: maybe('RoutingRules', group('RoutingRules', { rules })),
    /** S3's redirection of everything. */
    redirectAllRequestsTo: storedOnly<{
      readonly hostName: string
      readonly protocol?: 'http' | 'https' | undefined
    }>(),
  }),
  unset: 'noSuchWebsite',
  check(sent) {
    const website = withoutEmpty(sent, (sent.routingRules?.rules.length ?? 0) > 0)
    const { indexDocument, errorDocument, routingRules, redirectAllRequestsTo } = website
    const routing = routingRules?.rules ?? []
    const parts = [indexDocument, errorDocument, redirectAllRequestsTo]
    if (routing.length === 0 && parts.every((part) => part === undefined)) throw new OssError('malformedXml')
    if (routing.length > WEBSITE_RULES_MAX) throw new OssError('websiteTooManyRules', { max: WEBSITE_RULES_MAX })
    for (const rule of routing) {
      checkCondition(rule.condition, rule.redirect.redirectType === 'Mirror')
      checkRedirect(rule.redirect)
    }
    if (routingRules === undefined) return website
    return { ...website, routingRules: { rules: routing.map(withDefaults) } }
  },
  errors: ['invalidArgument', 'invalidPrefix', 'websiteTooManyRules'],
  rowsMax: 8,
})

/** A rule that mirrors, with all that clients read of one without checking. */
function withDefaults(rule: MembersOf<typeof routingRule>): MembersOf<typeof routingRule> {
  const { redirect } = rule
  if (redirect.redirectType !== 'Mirror') return rule
  const { passQueryString: plain = false, mirrorHeaders = { pass: [], remove: [], set: [] } } = redirect
  // for an origin, the second element takes the place of the first
  const passQueryString = redirect.mirrorPassQueryString ?? plain
  return {
    ...rule,
    redirect: {
      ...redirect,
      passQueryString,
      mirrorPassQueryString: passQueryString,
      mirrorFollowRedirect: redirect.mirrorFollowRedirect ?? true,
      mirrorCheckMd5: redirect.mirrorCheckMd5 ?? false,
      mirrorHeaders: { ...mirrorHeaders, passAll: mirrorHeaders.passAll ?? false },
    },
  }
}

interface Pages {
  readonly indexDocument?: { readonly suffix: string } | undefined
  readonly errorDocument?: { readonly key: string } | undefined
}

/** Next to routing rules a page without a name is left out: SDKs write the elements of what was not set. */
function withoutEmpty<W extends Pages>(website: W, hasRules: boolean): W {
  const { indexDocument, errorDocument } = website
  const isEmpty = { index: indexDocument?.suffix === '', error: errorDocument?.key === '' }
  if (isEmpty.index && !hasRules) throw badArgument('invalidArgument', 'Suffix', '')
  if (isEmpty.error && !hasRules) throw badArgument('invalidArgument', 'Key', '')
  return {
    ...website,
    indexDocument: isEmpty.index ? undefined : indexDocument,
    errorDocument: isEmpty.error ? undefined : errorDocument,
  }
}

type Condition = MembersOf<typeof condition>
type Redirect = MembersOf<typeof redirect>

function checkCondition({ httpErrorCodeReturnedEquals, includeHeaders }: Condition, mirrors: boolean): void {
  const status = httpErrorCodeReturnedEquals
  if (mirrors && status !== 404) {
    throw badArgument('invalidArgument', 'HttpErrorCodeReturnedEquals', String(status ?? ''))
  }
  atMost(includeHeaders.length, 'IncludeHeader')
}

function checkRedirect(redirect: Redirect): void {
  const { redirectType, mirrorUrl, mirrorHeaders, replaceKeyWith, replaceKeyPrefixWith } = redirect
  if (redirectType === 'Mirror' && mirrorUrl === undefined) throw badArgument('invalidArgument', 'MirrorURL', '')
  if (replaceKeyWith && replaceKeyPrefixWith) throw badArgument('invalidArgument', 'ReplaceKeyWith', replaceKeyWith)
  atMost(mirrorHeaders?.pass.length ?? 0, 'Pass')
  atMost(mirrorHeaders?.remove.length ?? 0, 'Remove')
  atMost(mirrorHeaders?.set.length ?? 0, 'Set')
}

function atMost(count: number, name: string): void {
  if (count > WEBSITE_HEADERS_MAX) throw badArgument('invalidArgument', name, String(count))
}
