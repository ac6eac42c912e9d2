// Turns of phrase that slow readers down, in comments, pages, test names and messages. CONTRIBUTING.md says what to write.

const NOUN = String.raw`(?!(?:in|of|to|for|with|at|by|is|has|and|as|on|from|into|than|or|that|makes|takes|where|gives|if|when|requires|what|how|why|share|hashes|during|returns|serves|through|per)\b)[a-z-]+`
const PERSON = 'account|anyone|client|developer|everyone|operator|owner|people|person|requester|someone|those|user'

/** What is found, and what to write instead. */
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

/** Files that contain the phrases as examples. */
const EXAMPLES = /^tools\/check\/(?:english\.mjs|check\.test\.mjs)$/
/** Folders and pages whose English is still to be reviewed. */
const NOT_REVIEWED = []

/**
 * Phrases of the list above, as `path:line: “phrase”: advice`.
 * @param {{ path: string, text: string }[]} files
 * @returns {string[]}
 */
export function checkEnglish(files) {
  const reviewed = files.filter(
    ({ path }) => !EXAMPLES.test(path) && !NOT_REVIEWED.some((start) => path.startsWith(start)),
  )
  return reviewed.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) =>
      PHRASES.flatMap(([pattern, advice]) => {
        const found = line.match(pattern)?.[0].trim()
        return found === undefined ? [] : [`${path}:${index + 1}: “${found}”: ${advice}`]
      }),
    ),
  )
}
