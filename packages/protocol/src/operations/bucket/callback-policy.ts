import { readCallback } from '../../callback.js'
import { matching, text } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { element, list, optionalElement, xml } from '../../xml.js'
import { bucketDocument } from '../document.js'

const name = matching('name of a callback policy', /^\S{1,128}$/, 'malformedXml')

const policy = {
  name: element('PolicyName', name),
  /** As uploads send it: base64 of JSON. */
  callback: element('Callback', text),
  /** As uploads send them: base64 of JSON. Empty: none. */
  variables: optionalElement('CallbackVar', text),
}

/** Callbacks that uploads request by a name, `{"callbackPolicy":"name"}`; each is checked when it is set. */
export const bucketCallbackPolicy = bucketDocument({
  noun: 'BucketCallbackPolicy',
  what: 'the callbacks that uploads may name',
  subresource: 'callbackPolicy',
  query: ['policy', 'comp=callback'],
  document: xml('BucketCallbackPolicy', { policies: list('PolicyItem', policy) }),
  unset: 'noSuchCallbackPolicy',
  check(config) {
    const { policies } = config
    if (new Set(policies.map((one) => one.name)).size < policies.length) throw new OssError('malformedXml')
    for (const { callback, variables } of policies) {
      readCallback({ callbackHeader: callback, callbackVarHeader: variables || undefined })
    }
    return config
  },
  errors: [
    'callbackTooLong',
    'callbackNotBase64',
    'callbackNotJson',
    'callbackUrlInvalid',
    'callbackFieldInvalid',
    'callbackHeadersReserved',
    'callbackTemplateBrace',
    'callbackTemplateOpen',
    'callbackVarTooLong',
    'callbackVarNotBase64',
    'callbackVarNotJson',
    'callbackVarInvalid',
    'headerNotImplemented',
  ],
  rowsMax: 8,
})
