import { integer, matching, oneOf, truth } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { CORS_RULES_MAX } from '../../limits.js'
import { defaultedElement, list, optionalElement, storedOnly, texts, xml } from '../../xml.js'
import { bucketDocument } from '../document.js'

/** The highest MaxAgeSeconds: the largest signed number of 32 bits. */
export const SECONDS_MAX = 2 ** 31 - 1

/** An origin or a header of a CORS rule: not empty, with at most one `*`, which stands for any text. */
export const wildcardText = matching('text with at most one *', /^(?=.)[^*]*\*?[^*]*$/s)
/**
 * The name of a header that a CORS rule exposes. It is copied into a response header, so it must be a token of HTTP.
 */
export const headerName = matching('name of a header', /^[!#$%&'+.^_`|~0-9A-Za-z-]+$/)

const rules = list('CORSRule', {
  /** The name that S3 has for a rule. */
  id: storedOnly<string>(),
  allowedOrigins: texts('AllowedOrigin', wildcardText, { missing: 'corsOriginMissing' }),
  allowedMethods: texts('AllowedMethod', oneOf(['GET', 'PUT', 'DELETE', 'POST', 'HEAD'], 'malformedXml'), {
    missing: 'malformedXml',
  }),
  allowedHeaders: texts('AllowedHeader', wildcardText),
  exposeHeaders: texts('ExposeHeader', headerName),
  maxAgeSeconds: optionalElement('MaxAgeSeconds', integer(0, SECONDS_MAX)),
})

/** Each write replaces all rules; the first that matches a request counts. */
export const bucketCors = bucketDocument({
  noun: 'BucketCors',
  what: 'the CORS rules',
  subresource: 'cors',
  document: xml('CORSConfiguration', {
    rules,
    /** Whether answers carry `Vary: Origin`; always written. */
    responseVary: defaultedElement('ResponseVary', truth(), false),
  }),
  unset: 'noSuchCors',
  check(cors) {
    if (cors.rules.length === 0) throw new OssError('malformedXml')
    if (cors.rules.length > CORS_RULES_MAX) throw new OssError('corsTooManyRules')
    return cors
  },
  errors: ['corsTooManyRules', 'corsOriginMissing', 'invalidArgument'],
})
