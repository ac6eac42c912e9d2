import { addressOf } from '../parts/as-command.js'
import { type DocumentName, documentKind } from '../wire/document-kinds.js'

/** The command line that sets a document of a bucket from a file. */
export function documentCommand(bucket: string, name: DocumentName): string {
  const { word = name, format } = documentKind(name)
  if (name === 'userDefinedLogFieldsConfig') {
    return `bindery api put-user-defined-log-fields-config --bucket ${bucket} --body file://document.xml`
  }
  return `bindery bucket ${word} set ${addressOf(bucket)} ${format === 'json' ? 'policy.json' : 'document.xml'}`
}
