import type { Action } from '@bindery/protocol'

/** The rule that decided. `statement` counts from 0. */
export interface Reason {
  readonly source: 'owner' | 'acl' | 'bucketPolicy' | 'ramPolicy' | 'sessionPolicy' | 'requestPayment' | 'referer'
  /** The name of a RAM policy. */
  readonly policy?: string | undefined
  /** Absent if no statement matched. */
  readonly statement?: number | undefined
}

/** The reason of a denial, for the log: clients only get the cause. */
export class Refusal {
  readonly action: Action
  readonly by: Reason['source']
  readonly policy: string | undefined
  readonly statement: number | undefined

  constructor(action: Action, { source, policy, statement }: Reason) {
    this.action = action
    this.by = source
    this.policy = policy
    this.statement = statement
  }
}
