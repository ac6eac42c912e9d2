import { text } from '../../codec.js'
import { operation } from '../../operation.js'
import { defaultedElement, element, group, list, xml } from '../../xml.js'
import { DOCUMENT_CAUSES, page, shownVersionId, VERSION_CAUSES, versionId } from '../shared.js'
import { checkTags } from './tags.js'

/** TagSet is there even where it is empty: the Java SDK needs it. */
export const taggingDocument = xml('Tagging', {
  tagSet: group('TagSet', {
    tags: list('Tag', { key: element('Key', text), value: defaultedElement('Value', text, '') }),
  }),
})

type Tagging = ReturnType<typeof taggingDocument.decode>

/** The tags of a document. Throws the causes of checkTags. */
export function checkedTagging(read: () => Tagging): Tagging {
  const document = read()
  checkTags(document.tagSet.tags.map(({ key, value }) => [key, value]))
  return document
}

const common = {
  level: 'object',
  when: [{ query: ['tagging'] }],
  input: { versionId },
  output: { versionId: shownVersionId },
  answersAs: { versionIsDeleteMarker: 'deleteMarkerUndescribed' },
} as const

/** An empty TagSet deletes the tags. ETag and time of modification stay. */
export const putObjectTagging = operation({
  ...common,
  name: 'PutObjectTagging',
  summary: 'Replaces the tags of an object.',
  source: page(114855),
  method: 'PUT',
  tagsInBody: true,
  permissions: ['oss:PutObjectTagging'],
  body: taggingDocument,
  decodeWith: checkedTagging,
  status: 200,
  errors: [
    'noSuchBucket',
    'noSuchKey',
    ...VERSION_CAUSES,
    'tooManyTagsInDocument',
    'invalidTag',
    'tagKeyTooLong',
    'duplicateTagKeyInDocument',
    ...DOCUMENT_CAUSES,
  ],
})

export const getObjectTagging = operation({
  ...common,
  name: 'GetObjectTagging',
  summary: 'Answers the tags of an object.',
  source: page(114878),
  method: 'GET',
  permissions: ['oss:GetObjectTagging'],
  status: 200,
  result: taggingDocument,
  errors: ['noSuchBucket', 'noSuchKey', ...VERSION_CAUSES],
})

/** Succeeds also where the object has no tags. */
export const deleteObjectTagging = operation({
  ...common,
  name: 'DeleteObjectTagging',
  summary: 'Deletes the tags of an object.',
  source: page(114879),
  method: 'DELETE',
  permissions: ['oss:DeleteObjectTagging'],
  status: 204,
  errors: ['noSuchBucket', 'noSuchKey', ...VERSION_CAUSES],
})
