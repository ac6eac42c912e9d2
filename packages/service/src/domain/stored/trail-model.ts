/** Records of the trail: the control actions of a store. */

/** The holder of the key that signed. */
export interface Actor {
  readonly account: string
  readonly accessKeyId: string
  /** The name of a RAM user, or `role:session` of a role; absent: the account itself. */
  readonly identity?: string | undefined
}

/** One control action. It holds no secret and no signature. */
export interface TrailRecord {
  readonly requestId: string
  readonly operation: string
  readonly actor: Actor
  readonly remoteAddress: string
  readonly bucket?: string | undefined
  readonly key?: string | undefined
  readonly uploadId?: string | undefined
  /** The identities, keys, policies and accounts that the action named, such as `user/alice`. */
  readonly subject?: readonly string[] | undefined
  /** The code of an action that failed. */
  readonly code?: string | undefined
  /** The settings that the action changed, as they were and as they are. */
  readonly before?: Settings | undefined
  readonly after?: Settings | undefined
  /** The described request whose decision was explained. */
  readonly question?: Settings | undefined
}

/** Settings by name, in the form of JSON. */
export type Settings = Readonly<Record<string, unknown>>
