/**
 * Connection strings, looked through before a client sees them: the client's own complaints show the whole string, with
 * the password, and for an option that it does not know it prints it to the console.
 */
import { ArgumentError } from '@tidemark/core';
import type { Credentials } from './client-type.ts';

export interface ConnectionString {
  /** What the client is given. */
  readonly text: string;
  /** Where it leads, for messages. */
  readonly hosts: string;
  readonly credentials: Credentials | undefined;
  /** Options that name files, as `key=value`, for the message where one cannot be read. */
  readonly files: readonly string[];
}

/** What stands beside the string and wins over it. */
interface Overrides {
  readonly tlsCAFile?: string | undefined;
  readonly nodePreference?: string | undefined;
  readonly credentials?: Credentials | undefined;
}

const schemes = ['esdb', 'esdb+discover'];
const keys: readonly string[] = [
  ...['tls', 'tlsverifycert', 'tlscafile', 'usercertfile', 'userkeyfile', 'connectionname', 'nodepreference'],
  ...['maxdiscoverattempts', 'discoveryinterval', 'gossiptimeout', 'keepaliveinterval', 'keepalivetimeout'],
  ...['defaultdeadline', 'throwonappendfailure'],
];
const wantedForm = "'esdb://host:port?tls=false' or 'esdb+discover://user:password@host:port?tlsCAFile=ca.crt'";

/** Throws `ArgumentError` that shows no secret. */
export function parseConnectionString(
  given: unknown,
  { tlsCAFile, nodePreference, credentials: other }: Overrides = {},
): ConnectionString {
  if (typeof given !== 'string') throw refused(typeof given, wantedForm);
  const parts = /^([^:/]*):\/\/(?:(.*)@)?([^@?/]*)\/?(?:\?([^@]*))?$/s.exec(given.trim());
  if (parts === null) throw refused('text that is none', wantedForm);
  const [, scheme = '', user, hosts = '', query = ''] = parts;
  if (!schemes.includes(scheme)) throw refused(`the scheme ${scheme}`, 'esdb or esdb+discover');
  if (!hosts.split(',').every((host) => /^[^\s:]+(:\d{1,5})?$/.test(host)))
    throw refused(`the hosts '${hosts}'`, 'host or host:port, several joined by commas');
  const options = query === '' ? [] : query.split('&').map(optionOf);
  const written = user === undefined ? undefined : credentialsOf(user);
  const credentials = other ?? written;
  const added = Object.entries({ tlsCAFile, nodePreference }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, encodeURIComponent(value)] as const],
  );
  const kept = options.filter(([key]) => !added.some(([other]) => other.toLowerCase() === flat(key)));
  // The client has to get on without a failed append's result: an append that was refused throws.
  const all = [...kept.filter(([key]) => flat(key) !== 'throwonappendfailure'), ...added];
  const tail = all.map(([key, value]) => `${key}=${value}`).join('&');
  const files = all.filter(([key]) => flat(key).endsWith('file')).map(([key, value]) => `${key}=${value}`);
  const text = `${scheme}://${credentials === undefined ? '' : userOf(credentials)}${hosts}${tail === '' ? '' : `?${tail}`}`;
  return { text, hosts: `${scheme}://${hosts}`, credentials, files };
}

function optionOf(option: string): readonly [key: string, value: string] {
  const [key = '', value = '', ...rest] = option.split('=');
  if (!keys.includes(flat(key))) throw refused(`the option ${key}`, 'options that the client knows');
  if (value === '' || rest.length > 0) throw refused(`the option ${key} without one value`, 'key=value');
  if (flat(key).startsWith('tls') && !flat(key).endsWith('file') && value !== 'true' && value !== 'false')
    throw refused(`${key}=${value}`, 'true or false');
  if (/(interval|timeout|deadline|attempts)$/.test(flat(key)) && !/^-?\d+$/.test(value))
    throw refused(`${key}=${value}`, 'a whole number');
  return [key, value];
}

function credentialsOf(user: string): Credentials {
  const [username = '', password, ...rest] = user.split(':');
  const wanted = 'user:password, with : and @ written as %3A and %40';
  if (username === '' || !password || rest.length > 0 || user.includes('@'))
    throw refused('a user without one password', wanted);
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    throw refused('a user or password with a stray %', wanted);
  }
}

function userOf({ username, password }: Credentials): string {
  return `${encodeURIComponent(username)}:${encodeURIComponent(password)}@`;
}

const flat = (key: string): string => key.trim().toLowerCase().replace(/[_-]/g, '');

function refused(found: string, wanted: string): ArgumentError {
  return new ArgumentError('connection string', found, wanted);
}
