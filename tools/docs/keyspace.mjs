import { SPACES } from '../../packages/service/dist/domain/stored/keyspace.js'
import { code, table } from './markdown.mjs'

const INTRODUCTION = `Every row of [the metadata file](metadata-file.md), by its key. The declarations are in
\`packages/service/src/domain/stored/keyspace.ts\`; [records](records.md) describes the values.

A key is the letter of its space, then its parts: texts in UTF-8, each ended by a zero byte unless it is the last part (no text holds
one), then parts of a fixed width, whose bytes the table gives: ids as raw bytes, numbers big-endian. Keys are ordered as unsigned bytes, so a text
sorts before all that it begins.

A value begins with its version, one byte, where the table gives one.`

const NOTES = `- The id of an upload is 32 upper-case hex digits that begin with the time of its initiation (6 bytes of milliseconds). It is the id of
  its manifest too: after Complete the same part rows are the object's.
- In \`g\` the kind is \`blob\`, \`manifest\` (one that lost a holder) or \`rows\` (part rows that no manifest lists); the token is random,
  so that no unlinking hides another.

A space that is not in the table is unknown to this release: \`bindery fsck\` reports its rows, and nothing else looks at them.`

export function render() {
  const rows = SPACES.map(({ declaration: { letter, kind, key, value, about } }) => [
    code(letter),
    kind,
    key.map(partText).join(' / '),
    value.version === undefined ? value.form : `${value.form}, version ${value.version}`,
    about,
  ])
  return [INTRODUCTION, table(['Space', 'Row', 'Key', 'Value', 'What it is'], rows), NOTES].join('\n\n')
}

const partText = ({ name, width }) => (width === 0 ? name : `${name} (${width})`)
