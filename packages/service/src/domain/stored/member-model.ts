/** A process that is a member of those that serve the store. */
export interface IncarnationRecord extends MemberDetails {
  /** Milliseconds since 1970, for people to see. */
  readonly joinedAt?: number
}

/** Properties of a process, for people to see. They do not change while it lives. */
export interface MemberDetails {
  /** The name of its machine, and its process id. */
  readonly host?: string
  /** The version of Bindery. */
  readonly version?: string
  /** A hash of the settings that all processes should have in common. */
  readonly settings?: string
}
