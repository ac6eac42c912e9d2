/** Image styles: named texts of processing, which `x-oss-process=style/NAME` stands for. */

import { httpDate, matching, text } from '../../codec.js'
import { optional, query, required } from '../../field.js'
import { STYLE_CONTENT_BYTES_MAX } from '../../limits.js'
import { operation } from '../../operation.js'
import { defaultedElement, element, list, xml } from '../../xml.js'
import type { StoredDocument } from '../document.js'
import { apiPage, boundedText, DOCUMENT_CAUSES } from '../shared.js'

const name = matching('name of a style', /^[A-Za-z0-9_.-]{1,63}$/)
const styleName = required(query('styleName', name), 'invalidArgument', { argumentName: 'styleName' })
const content = element('Content', boundedText(STYLE_CONTENT_BYTES_MAX, 'invalidArgument'))

const style = {
  name: element('Name', name),
  content,
  category: defaultedElement('Category', text, 'image'),
  createTime: element('CreateTime', httpDate),
  lastModifyTime: element('LastModifyTime', httpDate),
}
const styleList = xml('StyleList', { styles: list('Style', style) })

/** All styles of a bucket, in the order in which they were first set, as SDKs expect a list of them. */
export const stylesDocument = {
  kind: 'style',
  document: styleList,
  rowsMax: 4,
} as const satisfies StoredDocument<'style', unknown>

export const putStyle = operation({
  name: 'PutStyle',
  summary: 'Sets an image style of a bucket.',
  source: apiPage('PutStyle'),
  method: 'PUT',
  level: 'bucket',
  when: [{ query: ['style', 'styleName'] }],
  permissions: ['oss:PutStyle'],
  input: { styleName, category: optional(query('category', matching('category', /^(image|document|video)$/))) },
  body: xml('Style', { content }),
  status: 200,
  output: {},
  errors: ['noSuchBucket', 'styleTooMany', 'entityTooLarge', 'invalidArgument', ...DOCUMENT_CAUSES],
})

export const getStyle = operation({
  name: 'GetStyle',
  summary: 'Reads an image style of a bucket.',
  source: apiPage('GetStyle'),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['style', 'styleName'] }],
  permissions: ['oss:GetStyle'],
  input: { styleName },
  status: 200,
  output: {},
  result: xml('Style', style),
  errors: ['noSuchBucket', 'noSuchStyle'],
})

export const listStyle = operation({
  name: 'ListStyle',
  summary: 'Lists the image styles of a bucket.',
  source: apiPage('ListStyle'),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['style'] }],
  permissions: ['oss:ListStyle'],
  input: {},
  status: 200,
  output: {},
  result: styleList,
  errors: ['noSuchBucket'],
})

export const deleteStyle = operation({
  name: 'DeleteStyle',
  summary: 'Deletes an image style of a bucket; succeeds even if it was not set.',
  source: apiPage('DeleteStyle'),
  method: 'DELETE',
  level: 'bucket',
  when: [{ query: ['style', 'styleName'] }],
  permissions: ['oss:DeleteStyle'],
  input: { styleName },
  status: 204,
  output: {},
  errors: ['noSuchBucket'],
})
