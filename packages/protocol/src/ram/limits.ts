/** Limits of users, groups, roles and policies. @see https://help.aliyun.com/document_detail/93744.html */

/** Users of an account. */
export const USERS_MAX = 1_000
/** Groups of an account. */
export const GROUPS_MAX = 300
/** Roles of an account. */
export const ROLES_MAX = 1_000
/** Own policies of an account, in addition to those that the system provides. */
export const OWN_POLICIES_MAX = 1_500
/** Access keys of a user. */
export const ACCESS_KEYS_MAX = 2
/** Groups that a user belongs to. */
export const GROUPS_OF_USER_MAX = 50
/** Managed policies that are attached to one user, group or role. */
export const POLICIES_ATTACHED_MAX = 20
/** Inline policies of one user, group or role. */
export const INLINE_POLICIES_MAX = 5
/** The shortest life of a role's session, in seconds. */
export const SESSION_SECONDS_MIN = 900
/** Seconds that the session of a role lives unless the caller chooses. */
export const SESSION_SECONDS_DEFAULT = 3_600
/** The longest life of a role's session, in seconds. */
export const SESSION_SECONDS_MAX = 43_200
