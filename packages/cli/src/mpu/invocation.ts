import type { Arguments, FlagOf } from '../arguments.js'
import type { Invocation } from '../command.js'

/** A call of an action of `bindery mpu`. */
export interface MpuInvocation extends Invocation {
  readonly parsed: Arguments<FlagOf<'mpu'>>
  /** The arguments after the action. */
  readonly rest: readonly string[]
}
