// Turns of phrase that slow readers down, in comments, pages, test names and messages. CONTRIBUTING.md says what to write.

const NOUN = String.raw`(?!(?:in|of|to|for|with|at|by|is|has|and|as|on|from|into|than|or|that|makes|takes|where|gives|if|when|requires|what|how|why|share|hashes|during|returns|serves|through|per)\b)[a-z-]+`
const PERSON = 'account|anyone|client|developer|everyone|operator|owner|people|person|requester|someone|those|user'

/** Found anywhere in a line, and what to write instead. */
const PHRASES = [
  [
    new RegExp(
      String.raw`\b(?:one|two|three|many|\d[\d,]*) ${NOUN}(?: (?!are\b|was\b)${NOUN})? an? (?!(?:second|minute|hour|day|week|month|year|time|few|new|single|little)\b)[a-z-]+`,
      'i',
    ),
    'write “one row per cause”',
  ],
  [/\bwhoever\b/i, 'name the actor: “the process that”, “the caller”'],
  [
    new RegExp(String.raw`(?<!\b(?:${PERSON})s?,? )\b[Ww]ho (?!may\b|can\b|pays\b)[a-z]`),
    '“who” is for people: name the actor',
  ],
  [/(?:^\s*|[.:;] |\* |\/\/ |# )Of (?!course)/, 'begin with the subject, not with “Of …”'],
  [/\b(?:nobody|somebody)\b/i, 'name the process or caller, or write “nothing”'],
  [/\b(?:is|are) none\b/i, 'write “is not”, “do not exist”'],
  [/\bun-nam/i, 'write “unlink” or “drop the reference”'],
  [/\bfor ever\b/i, 'write “forever” or say until when'],
  [/\/\*\*\s+(?:\* )?What /, 'begin with a noun or a verb, not with “What …”'],
  [/\b(?:tells?|told|telling)\b/i, 'write “returns”, “reports”, “states”, “distinguishes”'],
  [/\bgiv(?:es?|en|ing) back\b/i, 'write “returns” or “releases”'],
  [/\bsave (?:for|that|where|of)\b/i, 'write “except”'],
  [/\b(?:is|are|was|were) (?:not |already |still )?there(?=[,.;:)”’']|$)/im, 'write “exists”, “is present”'],
  [/\b(?:beside|lest|by turns|of theirs|without a word)\b/i, 'write “besides”, “so that … not”, “in turn”'],
]

/** People, whom a verb of speech may have as its subject within the three words before it. */
const SPEAKER = String.raw`(?<!\b(?:${PERSON}|they|you|we)s?(?: [a-z]+){0,2} )`

/** Found in prose only, since code may use these words as names. */
const PROSE_PHRASES = [
  [
    new RegExp(String.raw`${SPEAKER}\b(?:says?|said|saying)\b`, 'i'),
    'code does not speak: “states”, “reports”, “requires”',
  ],
  [
    new RegExp(String.raw`${SPEAKER}\b(?:asks?|asked|asking)\b(?! the owner)`, 'i'),
    'code does not speak: “requests”, “requires”, “checks”, “queries”',
  ],
  [/\botherwise than\b/i, 'write “differently from”, “not as”'],
  [/\b(?:is|are|was) of none\b|\bof none[.;]/i, 'write “belongs to no …”, “undefined for an unknown …”'],
  [/\b(?:by|for|to|of|with) whom?(?=[ .,;:)])|\bwhom\b/i, 'name the actor: “the requester”, “the caller”'],
  [/\ball the same\b/i, 'write “nevertheless”, “also”'],
  [/\banew\b/i, 'write “again”'],
  [/\b(?:for|of|after|at most|each of) so many\b/i, 'name the parameter, or write “this many”'],
  [/\bstands? (?:in(?! the way)|before|within|inside|twice)\b/i, 'write “is”, “lies”, “is listed”'],
  [/\b(?:process|server|proxy|proxies) believes?\b|\b(?:is|are) believed\b/i, 'write “trusts”, “considers”'],
  [/\btakes? note\b/i, 'write “records”, “counts”'],
  [/\b(?:decisions|patterns|texts|bytes|keys|names|numbers|values|operations) of chance\b/i, 'write “random …”'],
  [
    /\b(?:go(?:es)? along|lead(?:s)? astray|lets? go|gives? out)\b/i,
    'write “is included”, “misleads”, “releases”, “returns”',
  ],
  [/\bas (?:it|they) stands?\b/i, 'write “as it is”, “unchanged”'],
  [/\bfor want of\b/i, 'write “because … is missing”'],
  [
    /(?<=\S )(?<!\bthere )\b(?:is|are|was|were) no (?!longer|more|older|newer|earlier|later|less|fewer|better|worse|such|way|reason|doubt)[a-z]+/i,
    'write “is not a …”',
  ],
]

/** Files that contain the phrases as examples. */
const EXAMPLES = /^tools\/check\/(?:english\.mjs|check\.test\.mjs)$/
/** Folders and pages whose English is still to be reviewed. */
const NOT_REVIEWED = []

const COMMENT = /^\s*\/?\*+(?:\s|$)(.*)|(?:^|\s)(?:\/\/|\/\*\*?|#)\s(.*)/
const STRING = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`([^`]*)`?/g
const SENTENCE = /[a-z] [a-z]/i

/** The prose of a line: the whole line of a page but its code, and comments and sentences in strings of a program. */
function proseOf(path, line) {
  if (path.endsWith('.md')) return line.replace(/`[^`]*`/g, '`')
  const comment = line.match(COMMENT)
  const code = comment === null ? line : line.slice(0, comment.index)
  const strings = [...code.matchAll(STRING)].map(([, single, double, template]) => single ?? double ?? template ?? '')
  const sentences = strings.filter((text) => SENTENCE.test(text)).map((text) => text.replace(/\$\{[^}]*\}/g, '…'))
  return [...sentences, comment?.[1] ?? comment?.[2] ?? ''].join(' | ')
}

/**
 * Phrases of the lists above, as `path:line: “phrase”: advice`.
 * @param {{ path: string, text: string }[]} files
 * @returns {string[]}
 */
export function checkEnglish(files) {
  const reviewed = files.filter(
    ({ path }) => !EXAMPLES.test(path) && !NOT_REVIEWED.some((start) => path.startsWith(start)),
  )
  return reviewed.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const prose = proseOf(path, line)
      const found = (phrases, where) =>
        phrases.flatMap(([pattern, advice]) => {
          const phrase = where.match(pattern)?.[0].trim()
          return phrase === undefined ? [] : [`${path}:${index + 1}: “${phrase}”: ${advice}`]
        })
      return [...found(PHRASES, line), ...found(PROSE_PHRASES, prose)]
    }),
  )
}
