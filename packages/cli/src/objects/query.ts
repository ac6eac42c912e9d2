import { Failure } from '@bindery/server/local'
import jmespath from 'jmespath'
import { plain } from './output.js'

/** A function that applies a JMESPath expression to a value as JSON has it. Both throw Failure `valueInvalid`. */
export function compileQuery(expression: string): (value: object) => unknown {
  const guarded = <T>(use: () => T): T => {
    try {
      return use()
    } catch (error) {
      const expected = `JMESPath (${error instanceof Error ? error.message : String(error)})`
      throw new Failure('valueInvalid', { name: '--output-query', value: expression, expected }, { cause: error })
    }
  }
  guarded(() => jmespath.compile(expression))
  // dates are text in JSON
  return (value) => guarded(() => jmespath.search(JSON.parse(JSON.stringify(value, plain)), expression))
}
