/** The document of a bucket's CORS rules. */

import { badArgument, type Codec, integer, oneOf, truth } from '../../codec.js'
import type { Cause } from '../../errors/catalogue.js'
import { list, optionalElement, texts, xml } from '../../xml.js'

const SECONDS_MAX = 2 ** 31 - 1

function matching(name: string, pattern: RegExp): Codec<string> {
  return {
    name,
    causes: ['invalidArgument'],
    decode(value, argument) {
      if (!pattern.test(value)) throw badArgument('invalidArgument', argument, value)
      return value
    },
    encode: (value) => value,
  }
}

const wildcardText = matching('text with at most one *', /^(?=.)[^*]*\*?[^*]*$/s)
/** It is sent as it stands, so that it must be what may stand in a header. */
const headerName = matching('name of a header', /^[!#$%&'+.^_`|~0-9A-Za-z-]+$/)

const rules = list('CORSRule', {
  allowedOrigins: texts('AllowedOrigin', wildcardText, { missing: 'corsOriginMissing' }),
  allowedMethods: texts('AllowedMethod', oneOf(['GET', 'PUT', 'DELETE', 'POST', 'HEAD'], 'malformedXml'), {
    missing: 'malformedXml',
  }),
  allowedHeaders: texts('AllowedHeader', wildcardText),
  exposeHeaders: texts('ExposeHeader', headerName),
  maxAgeSeconds: optionalElement('MaxAgeSeconds', integer(0, SECONDS_MAX)),
})

/** ResponseVary is always written. */
export const corsConfiguration = xml('CORSConfiguration', {
  rules,
  responseVary: optionalElement('ResponseVary', truth()),
})

/** Causes of the document beside those of all documents. */
export const CORS_CAUSES = ['corsOriginMissing', 'invalidArgument'] as const satisfies readonly Cause[]
