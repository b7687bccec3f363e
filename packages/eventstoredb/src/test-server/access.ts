/**
 * Who may do what. An insecure node, which is one without a certificate, allows everything to everybody. Otherwise every
 * call on streams needs a user; an administrator may do everything; for the others a stream's ACL decides, without one
 * `$` streams and `$all` are the administrators'.
 */
import type { Metadata } from '@grpc/grpc-js';
import type { Log } from './log.ts';
import { isMetastream, originalOf } from './log-record.ts';
import { accessDenied, unauthenticated } from './service-error.ts';
import type { Acl, Roles } from './stream-metadata.ts';

export interface User {
  readonly name: string;
  readonly password: string;
  /** What ACLs name beside the user itself; `$admins` may do everything. */
  readonly groups: readonly string[];
}

export type Action = 'read' | 'write' | 'delete';

/** As a new server has them. */
export const usualUsers: readonly User[] = [
  { name: 'admin', password: 'changeit', groups: ['$admins'] },
  { name: 'ops', password: 'changeit', groups: ['$ops'] },
];

const aclKeys = { read: '$r', write: '$w', delete: '$d' } as const;
const aclKeysOfMetadata = { read: '$mr', write: '$mw', delete: undefined } as const;

export class Access {
  readonly #users: readonly User[] | undefined;

  /** Without `users` the node is insecure. */
  constructor(users: readonly User[] | undefined) {
    this.#users = users;
  }

  /** Throws the error that the client gets: no such user or password, or access denied. */
  check(log: Log, call: { readonly metadata: Metadata }, action: Action, stream: string): void {
    if (this.#users === undefined) return;
    const user = this.#userOf(call.metadata);
    if (user === undefined) throw accessDenied();
    if (stream === '$all' && action !== 'read') throw accessDenied();
    const key = isMetastream(stream) ? aclKeysOfMetadata[action] : aclKeys[action];
    if (key === undefined) throw accessDenied();
    if (user.groups.includes('$admins')) return;
    if (!isAllowed(user, rolesOf(log, isMetastream(stream) ? originalOf(stream) : stream, key))) throw accessDenied();
  }

  #userOf(metadata: Metadata): User | undefined {
    const [header] = metadata.get('authorization');
    if (header === undefined) return undefined;
    const [name, ...password] = Buffer.from(String(header).replace(/^Basic /, ''), 'base64')
      .toString()
      .split(':');
    const user = this.#users?.find((known) => known.name === name && known.password === password.join(':'));
    if (user === undefined) throw unauthenticated();
    return user;
  }
}

function rolesOf(log: Log, stream: string, key: keyof Acl): Roles {
  return log.metadataOf(stream).acl?.[key] ?? (stream.startsWith('$') ? '$admins' : '$all');
}

function isAllowed({ name, groups }: User, roles: Roles): boolean {
  return [roles].flat().some((role) => role === '$all' || role === name || groups.includes(role));
}
