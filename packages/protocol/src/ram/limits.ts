/** Limits of users, groups, roles and policies. @see https://help.aliyun.com/document_detail/93744.html */

/** Users, groups, roles and own policies of an account. */
export const USERS_MAX = 1_000
export const GROUPS_MAX = 300
export const ROLES_MAX = 1_000
export const OWN_POLICIES_MAX = 1_500
/** Access keys of a user. */
export const ACCESS_KEYS_MAX = 2
/** Groups that a user belongs to. */
export const GROUPS_OF_USER_MAX = 50
/** Managed policies that are attached to one user, group or role. */
export const POLICIES_ATTACHED_MAX = 20
/** Inline policies of one user, group or role. */
export const INLINE_POLICIES_MAX = 5
/** Seconds that the session of a role lives: at least, by default, and at most. */
export const SESSION_SECONDS_MIN = 900
export const SESSION_SECONDS_DEFAULT = 3_600
export const SESSION_SECONDS_MAX = 43_200
