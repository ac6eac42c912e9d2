/** The parsers of what strangers send, one by one: for tests that send more than a whole service could read. */
export { CompiledPolicy } from '../access/policy/compile.js'
export { PolicyFault, parsePolicy } from '../access/policy/grammar.js'
export { readPostForm } from '../form/post-form.js'
export { parseXml } from '../xml-parser.js'
