import { commaList, fact, integer, text } from '../../codec.js'
import { header, optional, required } from '../../field.js'
import { operation } from '../../operation.js'
import { page } from '../shared.js'

/** The preflight of browsers. It is not signed, and its answer reveals nothing about the contents of the bucket. */
export const optionObject = operation({
  name: 'OptionObject',
  summary: 'Answers whether a web page from another origin may send a request.',
  source: page(32004),
  method: 'OPTIONS',
  level: 'object',
  otherLevels: ['bucket'],
  permissions: [],
  input: {
    origin: required(header('Origin', text), 'preflightWithoutOrigin'),
    method: required(header('Access-Control-Request-Method', text), 'preflightWithoutMethod'),
    headers: optional(header('Access-Control-Request-Headers', text)),
  },
  status: 200,
  output: {
    allowOrigin: header('Access-Control-Allow-Origin', text),
    allowMethods: header('Access-Control-Allow-Methods', commaList),
    allowHeaders: optional(header('Access-Control-Allow-Headers', text)),
    exposeHeaders: optional(header('Access-Control-Expose-Headers', commaList)),
    maxAge: optional(header('Access-Control-Max-Age', integer(0, Number.MAX_SAFE_INTEGER))),
    variesByOrigin: optional(header('Vary', fact('Origin'))),
  },
  errors: ['noSuchBucket', 'preflightNotAllowed', 'corsNotEnabled'],
})
